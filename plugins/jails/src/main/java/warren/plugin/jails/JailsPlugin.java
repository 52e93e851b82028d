package warren.plugin.jails;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.Namespace;
import warren.plugin.Misfit;
import warren.plugin.NamedPath;
import warren.plugin.PathAccess;
import warren.plugin.RootEntry;
import warren.plugin.SystemCallRule;
import warren.plugin.VirtualHostSettings;

/**
 * A jail for every virtual host that does not say {@code WarrenJail off}: a root, processes, IPC and a host name of its
 * own, the network that it may use, and the system calls of interpreters.
 */
public final class JailsPlugin implements LaunchPlugin {
    static final String JAIL = "WarrenJail";
    static final String NETWORK = "WarrenNetwork";
    static final String ALLOW = "WarrenJailAllow";
    static final String HIDE = "WarrenJailHide";
    private static final int MOST_PORTS = 100;
    private static final int LAST_PORT = 65535;

    private final List<RootEntry> root = RootTable.read();
    private final List<PathAccess> access = AccessTable.read();
    private final List<SystemCallRule> systemCalls = SystemCallTable.read();

    @Override
    public String name() {
        return "jails";
    }

    @Override
    public boolean takesPartAlways() {
        return true;
    }

    @Override
    public List<DirectiveRule> directives() {
        return List.of(
            new DirectiveRule(JAIL, 1, 2, "on, off, or chroot and the path of a prepared tree", JailsPlugin::checkJail),
            new DirectiveRule(NETWORK, 1, MOST_PORTS, "host, none, or connect and TCP ports from 1 to 65535", JailsPlugin::checkNetwork),
            new DirectiveRule(ALLOW, 1, 2, "an absolute path, and ro or rw", JailsPlugin::checkAllow),
            new DirectiveRule(HIDE, 1, 1, "an absolute path", words -> Paths.check(words.get(0))));
    }

    private static Optional<String> checkJail(List<String> words) {
        return switch (words.get(0)) {
            case "on", "off" -> words.size() == 1 ? Optional.empty() : Optional.of("\"" + words.get(1) + "\"");
            case "chroot" -> words.size() == 2 ? Paths.check(words.get(1)) : Optional.of("no path");
            default -> Optional.of("\"" + words.get(0) + "\"");
        };
    }

    private static Optional<String> checkNetwork(List<String> words) {
        List<String> ports = words.subList(1, words.size());
        return switch (words.get(0)) {
            case "host", "none" -> ports.stream().findFirst().map(port -> "\"" + port + "\"");
            case "connect" -> ports.isEmpty() ? Optional.of("no port") : ports.stream().filter(port -> !isPort(port)).findFirst()
                .map(port -> "\"" + port + "\"");
            default -> Optional.of("\"" + words.get(0) + "\"");
        };
    }

    private static boolean isPort(String text) {
        return text.matches("[1-9][0-9]{0,4}") && Integer.parseInt(text) <= LAST_PORT;
    }

    private static Optional<String> checkAllow(List<String> words) {
        return words.size() == 2 && !Set.of("ro", "rw").contains(words.get(1)) ? Optional.of("\"" + words.get(1) + "\"")
            : Paths.check(words.get(0));
    }

    private static List<String> words(String name, List<Directive> directives, String usual) {
        return Directive.last(name, directives).map(Directive::arguments).orElse(List.of(usual));
    }

    private static List<Directive> all(String name, List<Directive> directives) {
        return directives.stream().filter(found -> found.is(name)).toList();
    }

    private static boolean isOff(List<Directive> directives) {
        return Directive.word(JAIL, directives, "on").equals("off");
    }

    private static Optional<String> tree(List<Directive> directives) {
        List<String> jail = words(JAIL, directives, "on");
        return jail.size() == 2 ? Optional.of(jail.get(1)) : Optional.empty();
    }

    @Override
    public Optional<Misfit> misfit(List<Directive> directives) {
        Optional<Directive> network = Directive.last(NETWORK, directives).filter(found -> !found.arguments().get(0).equals("host"));
        if (isOff(directives)) {
            return network.map(found -> new Misfit(found, "WarrenNetwork host, or a jail: " + JAIL + " is off"));
        }
        Optional<Directive> hide = all(HIDE, directives).stream().findFirst();
        if (tree(directives).isPresent() && hide.isPresent()) {
            return hide.map(found -> new Misfit(found, "a tree that does not have it: " + JAIL + " is chroot"));
        }
        return all(ALLOW, directives).stream().filter(found -> isAboveOwn(found.arguments().get(0))).findFirst()
            .map(found -> new Misfit(found, "a path that has nothing beneath it which a jail has of its own"));
    }

    private boolean isAboveOwn(String path) {
        return root.stream().anyMatch(entry -> Paths.isBeneath(entry.path(), path) && !entry.path().equals(path))
            || Paths.isBeneath("/etc/passwd", path);
    }

    @Override
    public boolean reachesLoopback(List<Directive> directives) {
        return isOff(directives) || !Directive.word(NETWORK, directives, "host").equals("none");
    }

    @Override
    public boolean hidesProcesses(List<Directive> directives) {
        return !isOff(directives);
    }

    @Override
    public Set<Integer> connectPorts(List<Directive> directives) {
        return ports(words(NETWORK, directives, "host")).orElse(Set.of());
    }

    @Override
    public List<NamedPath> paths(List<Directive> directives) {
        if (isOff(directives)) {
            return List.of();
        }
        List<NamedPath> paths = new ArrayList<>();
        tree(directives).ifPresent(tree -> paths.add(new NamedPath(Directive.last(JAIL, directives).orElseThrow(), tree)));
        for (String name : List.of(ALLOW, HIDE)) {
            all(name, directives).forEach(found -> paths.add(new NamedPath(found, found.arguments().get(0))));
        }
        return paths;
    }

    @Override
    public List<RootEntry> commonRoot() {
        return root;
    }

    @Override
    public List<LaunchStep> steps(VirtualHostSettings settings) throws LaunchRefused {
        List<Directive> said = settings.directives();
        if (isOff(said)) {
            return List.of();
        }
        List<String> network = words(NETWORK, said, "host");
        JailedFiles files = JailedFiles.of(settings, root, allowed(said));
        return List.of(
            new LaunchStep.Unshare(namespaces(network)),
            new LaunchStep.OwnRoot(tree(said), entries(settings, files)),
            new LaunchStep.RestrictAccess(files.access(access), ports(network)),
            new LaunchStep.AllowSystemCalls(systemCalls));
    }

    private static List<RootEntry> allowed(List<Directive> said) {
        return all(ALLOW, said).stream().<RootEntry>map(found -> new RootEntry.Shown(found.arguments().get(0),
            found.arguments().size() == 2 && found.arguments().get(1).equals("rw"), true)).toList();
    }

    private static Set<Namespace> namespaces(List<String> network) {
        Set<Namespace> namespaces = EnumSet.of(Namespace.MOUNT, Namespace.PROCESSES, Namespace.IPC, Namespace.UTS);
        if (network.get(0).equals("none")) {
            namespaces.add(Namespace.NETWORK);
        }
        return namespaces;
    }

    private static Optional<Set<Integer>> ports(List<String> network) {
        return network.get(0).equals("connect")
            ? Optional.of(network.stream().skip(1).map(Integer::valueOf).collect(Collectors.toSet())) : Optional.empty();
    }

    private List<RootEntry> entries(VirtualHostSettings settings, JailedFiles files) {
        List<RootEntry> entries = new ArrayList<>();
        boolean prepared = tree(settings.directives()).isPresent();
        for (RootEntry entry : root) {
            // a prepared tree has its own files, and gets what no tree on a disk can have
            if (!prepared || isMadeAtLaunch(entry)) {
                entries.add(entry);
            }
        }
        if (!prepared) {
            entries.addAll(JailedAccounts.of(settings));
        }
        entries.addAll(files.entries());
        all(HIDE, settings.directives()).forEach(found -> entries.add(new RootEntry.Hidden(found.arguments().get(0))));
        return entries;
    }

    private static boolean isMadeAtLaunch(RootEntry entry) {
        return entry instanceof RootEntry.Memory || entry instanceof RootEntry.Device || entry instanceof RootEntry.Processes
            || entry instanceof RootEntry.Link && Paths.isBeneath(entry.path(), "/dev");
    }
}
