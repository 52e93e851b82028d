package warren.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.plugin.DirectiveRule;
import warren.plugin.GroupId;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;
import warren.plugin.VirtualHostSettings;

/** A language plugin for tests: its "language" is the shell, its program the document root's name. */
public final class ShellPlugin implements LaunchPlugin {
    static final int MOST_PROCESSES = 500;

    @Override
    public String name() {
        return "shell";
    }

    @Override
    public List<DirectiveRule> directives() {
        return List.of();
    }

    @Override
    public List<LaunchStep> steps(VirtualHostSettings settings) throws LaunchRefused {
        if (settings.documentRoot().toString().equals("/refused")) {
            throw new LaunchRefused("the shell has no wish to run");
        }
        if (settings.documentRoot().toString().equals("/limits-the-machine")) {
            return List.of(new LaunchStep.LimitSystemVIpc(1 << 20, 1 << 20, true), new LaunchStep.Execute("/bin/true", List.of("true"), Map.of()));
        }
        return List.of(new LaunchStep.LimitGroup(LaunchStep.Quota.PROCESSES, MOST_PROCESSES, true), new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0),
            new LaunchStep.Execute("/bin/sh", List.of("sh", settings.documentRoot().toString()), Map.of("PATH", "/usr/bin:/bin")));
    }

    /** A virtual host whose program is this script, under UID 60101 and GID 60102. */
    static Site site(VirtualHostName name, Path script) {
        return site(name, script.toString(), List.of("shell"));
    }

    static Site site(VirtualHostName name, String documentRoot, List<String> plugins) {
        return new Site(new VirtualHost(name, Optional.empty(), documentRoot, List.of(), true, PoolSettings.DEFAULT, 0,
            Optional.empty()), Optional.of(new Site.Owner(new UserId(60101), new GroupId(60102), List.of(), Path.of("/"), Optional.empty())),
            plugins, List.of());
    }

    /** A jar that names it; the class itself comes from the tests' class path. */
    static Path install(Path plugins) throws IOException {
        Path directory = Files.createDirectories(plugins.resolve("shell"));
        Path jar = directory.resolve("shell.jar");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("META-INF/services/" + LaunchPlugin.class.getName()));
            out.write(ShellPlugin.class.getName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            out.closeEntry();
        }
        return jar;
    }
}
