package warren.launcher;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchPlugin;
import warren.plugin.LimitInForce;
import warren.plugin.Misfit;
import warren.plugin.NamedPath;
import warren.plugin.RootEntry;

/**
 * The installed host plugins: each directory {@code plugins/NAME} with its jars, loaded apart from the others. They run
 * as root, so a directory or jar that somebody other than root can write stops the start.
 */
final class Plugins {
    private final Map<String, Installed> byName = new TreeMap<>();

    /**
     * One of them.
     *
     * @param directory where its jars lie
     * @param rules of its directives
     * @param names of its directives, in any case; ten thousand virtual hosts are asked about
     */
    record Installed(LaunchPlugin plugin, Path directory, List<DirectiveRule> rules, Set<String> names) {
        static Installed of(LaunchPlugin plugin, Path directory) {
            List<DirectiveRule> rules = List.copyOf(plugin.directives());
            Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            rules.forEach(rule -> names.add(rule.name()));
            return new Installed(plugin, directory, rules, names);
        }

        /** Those of the directives that are this plugin's. */
        List<Directive> understood(List<Directive> directives) {
            List<Directive> its = new ArrayList<>();
            for (Directive directive : directives) {
                if (names.contains(directive.name())) {
                    its.add(directive);
                }
            }
            return its;
        }
    }

    /** @throws IOException where a plugin cannot be trusted or loaded; the message says which and why */
    static Plugins load(Path directory) throws IOException {
        Plugins plugins = new Plugins();
        if (Files.isDirectory(directory)) {
            requireRoots(directory);
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
                for (Path entry : entries) {
                    plugins.add(entry);
                }
            }
        }
        return plugins;
    }

    private void add(Path directory) throws IOException {
        requireRoots(directory);
        List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.jar")) {
            for (Path jar : entries) {
                requireRoots(jar);
                jars.add(url(jar));
            }
        }
        ClassLoader loader = new URLClassLoader(directory.getFileName().toString(), jars.toArray(new URL[0]),
            LaunchPlugin.class.getClassLoader());
        for (LaunchPlugin plugin : ServiceLoader.load(LaunchPlugin.class, loader)) {
            if (!plugin.name().equals(directory.getFileName().toString())) {
                throw new IOException("the plugin in " + directory + " calls itself \"" + plugin.name()
                    + "\", expected its directory's name");
            }
            byName.put(plugin.name(), Installed.of(plugin, directory));
        }
    }

    private static URL url(Path jar) throws MalformedURLException {
        return jar.toUri().toURL();
    }

    private static void requireRoots(Path path) throws IOException {
        int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
        if (owner != 0 || permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException(path + " can be written by others than root, expected a plugin that only root can change");
        }
    }

    Optional<Installed> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Collection<String> names() {
        return byName.keySet();
    }

    /** Those that take part in every launch. */
    List<String> always() {
        return byName.values().stream().map(Installed::plugin).filter(LaunchPlugin::takesPartAlways).map(LaunchPlugin::name)
            .toList();
    }

    /** What does not go together in a virtual host's directives, by the first plugin that objects. */
    Optional<Misfit> misfit(List<Directive> directives) {
        return byName.values().stream()
            .flatMap(installed -> installed.plugin().misfit(installed.understood(directives)).stream()).findFirst();
    }

    /** The limits that all of them together set for a virtual host. */
    List<LimitInForce> limits(List<Directive> directives) {
        return byName.values().stream()
            .flatMap(installed -> installed.plugin().limits(installed.understood(directives)).stream()).toList();
    }

    /** Those of them that its owner's virtual hosts have in common. */
    List<LimitInForce> sharedLimits(List<Directive> directives) {
        return byName.values().stream()
            .flatMap(installed -> installed.plugin().sharedLimits(installed.understood(directives)).stream()).toList();
    }

    /** The paths that a virtual host's directives name. */
    List<NamedPath> paths(List<Directive> directives) {
        return byName.values().stream().flatMap(installed -> installed.plugin().paths(installed.understood(directives)).stream()).toList();
    }

    /** Whether none of them keeps it from there. */
    boolean reachLoopback(List<Directive> directives) {
        return byName.values().stream().allMatch(installed -> installed.plugin().reachesLoopback(installed.understood(directives)));
    }

    /** Whether one of them gives credentials and none hides the processes that can read them. */
    boolean giveCredentialsInTheOpen(List<Directive> directives) {
        return byName.values().stream().anyMatch(installed -> installed.plugin().givesCredentials(installed.understood(directives)))
            && byName.values().stream().noneMatch(installed -> installed.plugin().hidesProcesses(installed.understood(directives)));
    }

    /** Those that any of them names. */
    Set<Integer> connectPorts(List<Directive> directives) {
        return byName.values().stream().flatMap(installed -> installed.plugin().connectPorts(installed.understood(directives)).stream())
            .collect(Collectors.toSet());
    }

    /** What the roots that they give have in common. */
    List<RootEntry> commonRoot() {
        return byName.values().stream().flatMap(installed -> installed.plugin().commonRoot().stream()).toList();
    }

    /** The directives that any of them understands. */
    List<DirectiveRule> directives() {
        return byName.values().stream().flatMap(installed -> installed.rules().stream()).toList();
    }
}
