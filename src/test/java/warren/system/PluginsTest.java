package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** A host plugin that is built from the plugin interface alone and dropped in. */
final class PluginsTest {
    private static final String SOURCE = """
        package example;
        import java.util.List;
        import warren.plugin.*;
        public final class Thrift implements LaunchPlugin {
            public String name() { return "thrift"; }
            public List<DirectiveRule> directives() {
                return List.of(new DirectiveRule("ThriftFiles", 1, 1, "a number", a ->
                    a.get(0).matches("[0-9]{1,6}") ? java.util.Optional.empty() : java.util.Optional.of("no number")));
            }
            public List<LaunchStep> steps(VirtualHostSettings settings) {
                long files = Long.parseLong(settings.directives().get(0).arguments().get(0));
                return List.of(new LaunchStep.SetLimit(LaunchStep.Resource.OPEN_FILES, files, files),
                    new LaunchStep.SetNice(7));
            }
        }
        """;

    @Test
    void aDroppedInPluginsStepsArePerformed() throws Exception {
        try (Machine machine = new Machine()) {
            buildInto(machine);
            machine.addOwner("alice", Machine.ALICE, "WarrenPlugin thrift", "ThriftFiles 77");
            machine.addOwner("bob", Machine.BOB);
            for (String owner : new String[] {"alice", "bob"}) {
                machine.write(owner, owner.equals("alice") ? Machine.ALICE : Machine.BOB, "htdocs/perl/limits.pl", """
                    open my $in, '<', '/proc/self/limits' or die; my ($files) = map {/^Max open files +(\\d+)/} <$in>;
                    print "Content-Type: text/plain\\n\\nfiles=$files nice=", getpriority(0, 0);
                    """, "644");
            }
            machine.start();
            assertEquals("files=77 nice=7", machine.http().get("alice.localhost", "/perl/limits.pl").body());
            assertTrue(machine.http().get("bob.localhost", "/perl/limits.pl").body().endsWith(" nice=0"));
        }
    }

    private static void buildInto(Machine machine) throws Exception {
        Path work = Files.createDirectories(machine.base().resolve("plugin-build"));
        Path source = Files.writeString(work.resolve("Thrift.java"), SOURCE);
        String classPath = jar(machine, "plugin-api") + ":" + jar(machine, "contract");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "--release", "21", "-proc:none", "-cp",
            classPath, "-d", work.toString(), source.toString()));
        Path plugin = Files.createDirectories(machine.home().resolve("plugins/thrift"));
        try (OutputStream file = Files.newOutputStream(plugin.resolve("thrift.jar"));
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry("example/Thrift.class"));
            jar.write(Files.readAllBytes(work.resolve("example/Thrift.class")));
            jar.putNextEntry(new JarEntry("META-INF/services/warren.plugin.LaunchPlugin"));
            jar.write("example.Thrift\n".getBytes());
        }
    }

    private static Path jar(Machine machine, String name) throws Exception {
        try (Stream<Path> jars = Files.list(machine.home().resolve("lib/launcher"))) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith(name)).findFirst().orElseThrow();
        }
    }
}
