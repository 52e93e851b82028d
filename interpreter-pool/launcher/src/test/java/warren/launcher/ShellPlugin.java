package warren.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.VirtualHostSettings;

/** A language plugin for tests: its "language" is the shell, its program the document root's name. */
public final class ShellPlugin implements LaunchPlugin {
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
        return List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0),
            new LaunchStep.Execute("/bin/sh", List.of("sh", settings.documentRoot().toString()), Map.of("PATH", "/usr/bin:/bin")));
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
