package warren.plugin.perl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.GenerationId;
import warren.contract.Route;
import warren.contract.VirtualHostName;
import warren.plugin.Directive;
import warren.plugin.GroupId;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;
import warren.plugin.UserId;
import warren.plugin.VirtualHostSettings;

class PerlPluginTest {
    private final PerlPlugin plugin = new PerlPlugin();

    @Test
    void isFoundAsAPlugin() {
        assertTrue(ServiceLoader.load(LaunchPlugin.class).stream().anyMatch(found -> found.type() == PerlPlugin.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "PerlModule My::Shop DBI", "perlmodule My::Shop", "PerlRequire /srv/alice/startup.pl", "PerlSetEnv TZ Europe/Berlin",
        "PerlSetVar Color green", "PerlAddVar Color red blue", "PerlSwitches -T -w", "PerlSwitches -I/srv/a -I /srv/b",
        "PerlOptions +Parent +ParseHeaders", "PerlInterpScope request", "PerlResponseHandler ModPerl::Registry",
        "PerlResponseHandler ModPerl::PerlRun"})
    void takes(String line) throws LaunchRefused {
        assertEquals(2, plugin.steps(settings(line)).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "PerlModule ../x", "PerlModule", "PerlRequire startup.pl", "PerlSetEnv A=B x", "PerlSetEnv WARREN_SETTINGS x",
        "PerlSetEnv X", "PerlPassEnv HOME", "PerlSwitches -e exit", "PerlSwitches -d", "PerlSwitches -I", "PerlSwitches -Ilib",
        "PerlSwitches /etc/x.pl", "PerlSwitches --", "PerlSwitches -Mx", "PerlOptions +GlobalRequest", "PerlInterpScope connection",
        "PerlResponseHandler My::Handler", "WarrenPluginDirectory plugins", "WarrenPluginDirectory /", "WarrenPluginDirectory",
        "WarrenPluginDirectory /srv/../etc", "WarrenPluginDirectory /srv/plugins/", "WarrenPluginDirectory /a /b", "PerlAccessHandler My::Access", "PerlTransHandler X", "PerlNoSuchThing x"})
    void refuses(String line) {
        LaunchRefused refused = assertThrows(LaunchRefused.class, () -> plugin.steps(settings(line)));
        assertTrue(refused.getMessage().matches("(?s)alice\\.conf:1: (Perl|WarrenPlugin).*, expected .*"), refused.getMessage());
    }

    @Test
    void saysWhyAHandlerInsideHttpdIsRefused() {
        LaunchRefused refused =
            assertThrows(LaunchRefused.class, () -> plugin.steps(settings("PerlAccessHandler My::Access")));
        assertTrue(refused.getMessage().contains("it runs inside httpd"), refused.getMessage());
    }

    @Test
    void executesPerlWithTheRuntimeLast() throws LaunchRefused {
        LaunchStep.Execute execute = execute("PerlSwitches -T -I/srv/alice/lib");
        assertEquals("/usr/bin/perl", execute.program());
        assertEquals(List.of("/usr/bin/perl", "-T", "-I/srv/alice/lib", "-I/opt/warren/plugins/perl/runtime", "--",
            "/opt/warren/plugins/perl/runtime/parent.pl"), execute.arguments());
    }

    @Test
    void makesTheEnvironmentFromNothing() throws LaunchRefused {
        LaunchStep.Execute execute = execute("PerlSetEnv TZ Europe/Berlin", "PerlSetEnv HOME /tmp");
        assertEquals(Set.of("PATH", "HOME", "LANG", "TZ", "WARREN_SETTINGS"), execute.environment().keySet());
        assertEquals("Europe/Berlin", execute.environment().get("TZ"));
        assertEquals("/tmp", execute.environment().get("HOME"));
    }

    @Test
    void tellsTheRuntimeWhatToLoadInOrder() throws LaunchRefused {
        assertEquals("""
            name\talice.localhost
            generation\t7
            documentRoot\t/srv/alice/htdocs
            owner\t60001\t60002
            handlesFiles\t1
            application\t/app\t/srv/alice/app.psgi
            appDirectory\t/apps\t/srv/alice/apps
            appDirectory\t\t/srv/alice/more
            pluginDirectory\t/srv/alice/plugins
            load\tfile\t/srv/a.pl
            load\tmodule\tB
            load\tmodule\tC
            variable\tV\t2\t3""", execute("PerlRequire /srv/a.pl", "PerlModule B C", "PerlSetVar V 1", "PerlSetVar V 2",
            "PerlAddVar V 3", "WarrenPluginDirectory /srv/others", "WarrenPluginDirectory /srv/alice/plugins").environment().get("WARREN_SETTINGS"));
    }

    @Test
    void showsThePluginDirectoryInAJail() throws LaunchRefused {
        List<LaunchStep> steps = plugin.steps(settings("WarrenPluginDirectory /srv/alice/plugins"));
        assertEquals(new LaunchStep.Show(new RootEntry.Shown("/srv/alice/plugins", false, false)), steps.get(1));
    }

    @Test
    void escapesWhatPartsWordsAndLines() throws LaunchRefused {
        String settings = execute("PerlSetVar V a\tb\nc\\d").environment().get("WARREN_SETTINGS");
        assertTrue(settings.endsWith("\nvariable\tV\ta\\tb\\nc\\\\d"), settings);
    }

    @Test
    void refusesMoreThanOneVariableCanHold() {
        String line = "PerlSetVar V " + "x".repeat(PerlPlugin.MOST_SETTINGS_BYTES);
        assertThrows(LaunchRefused.class, () -> plugin.steps(settings(line)));
    }

    private LaunchStep.Execute execute(String... lines) throws LaunchRefused {
        return assertInstanceOf(LaunchStep.Execute.class, plugin.steps(settings(lines)).getLast());
    }

    private static VirtualHostSettings settings(String... lines) {
        List<Directive> directives = Arrays.stream(lines).map(PerlPluginTest::directive).toList();
        return new VirtualHostSettings(new GenerationId(new VirtualHostName("alice.localhost"), 7), new UserId(60001),
            new GroupId(60002), List.of(), Path.of("/srv/alice/htdocs"), List.of(), Path.of("/srv/alice"), Optional.empty(),
            List.of(new Route.Application("/app", "/srv/alice/app.psgi"),
                new Route.Service("/counter", new VirtualHostName("counter")),
                new Route.Applications("/apps", "/srv/alice/apps"), new Route.Applications("", "/srv/alice/more")),
            true, directives, Path.of("/opt/warren/plugins/perl"));
    }

    private static Directive directive(String line) {
        List<String> words = List.of(line.split(" "));
        return new Directive(words.get(0), words.subList(1, words.size()), "alice.conf", 1);
    }
}
