package warren.plugin.jails;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.GenerationId;
import warren.contract.Route;
import warren.contract.VirtualHostName;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.GroupId;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.Namespace;
import warren.plugin.PathAccess;
import warren.plugin.RootEntry;
import warren.plugin.SystemCallRule;
import warren.plugin.UserId;
import warren.plugin.VirtualHostSettings;

class JailsPluginTest {
    private final JailsPlugin plugin = new JailsPlugin();

    private static List<Directive> said(String... lines) {
        return Arrays.stream(lines).map(line -> List.of(line.split(" ")))
            .map(words -> new Directive(words.get(0), words.subList(1, words.size()), "alice.conf", 1)).toList();
    }

    private List<LaunchStep> steps(String documentRoot, String home, List<String> siblings, String... lines) throws LaunchRefused {
        return plugin.steps(new VirtualHostSettings(new GenerationId(new VirtualHostName("alice"), 1), new UserId(60101),
            new GroupId(60102), List.of(new GroupId(60103)), Path.of(documentRoot), siblings.stream().map(Path::of).toList(), Path.of(home),
            Optional.of("alice"), List.of(new Route.Application("/app", "/srv/alice/app/app.psgi"), new Route.Applications("/apps", "/srv/alice/apps")), false, said(lines), Path.of("/plugin")));
    }

    private List<LaunchStep> steps(String... lines) throws LaunchRefused {
        return steps("/home/alice/htdocs", "/home/alice", List.of(), lines);
    }

    private static <T> T only(Class<T> type, List<LaunchStep> steps) {
        List<T> found = steps.stream().filter(type::isInstance).map(type::cast).toList();
        assertEquals(1, found.size(), steps::toString);
        return found.get(0);
    }

    @Test
    void isFoundAsAPluginAndTakesPartAlways() {
        assertTrue(ServiceLoader.load(LaunchPlugin.class).stream().anyMatch(found -> found.type() == JailsPlugin.class));
        assertTrue(plugin.takesPartAlways());
    }

    @Test
    void jailsWhoeverSaysNothing() throws Exception {
        List<LaunchStep> steps = steps();
        assertEquals(Set.of(Namespace.MOUNT, Namespace.PROCESSES, Namespace.IPC, Namespace.UTS),
            only(LaunchStep.Unshare.class, steps).namespaces());
        List<RootEntry> entries = only(LaunchStep.OwnRoot.class, steps).entries();
        assertTrue(entries.contains(new RootEntry.Shown("/home/alice", true, false)), entries::toString);
        assertFalse(entries.stream().anyMatch(entry -> entry.path().equals("/home/alice/htdocs")), "it is in the home");
        assertTrue(entries.containsAll(List.of(new RootEntry.Shown("/srv/alice/app", true, true),
            new RootEntry.Shown("/srv/alice/apps", true, true))), entries::toString);
        assertTrue(only(LaunchStep.RestrictAccess.class, steps).connectPorts().isEmpty());
        assertTrue(only(LaunchStep.RestrictAccess.class, steps).paths().contains(new PathAccess("/home/alice", PathAccess.Kind.CHANGE, false)));
        assertFalse(only(LaunchStep.AllowSystemCalls.class, steps).rules().isEmpty());
    }

    /** What stages put together ahead is of use to each of them. */
    @Test
    void everyRootInMemoryHasWhatTheyHaveInCommon() throws Exception {
        assertTrue(plugin.commonRoot().size() > 40 && plugin.commonRoot().stream().noneMatch(RootEntry.Hidden.class::isInstance));
        for (String said : List.of("WarrenJail on", "WarrenNetwork none", "WarrenJailAllow /opt/tool", "WarrenJailHide /usr/src")) {
            assertTrue(only(LaunchStep.OwnRoot.class, steps(said)).entries().containsAll(plugin.commonRoot()), said);
        }
    }

    @Test
    void hasNoStepWhereItIsOff() throws Exception {
        assertEquals(List.of(), steps("WarrenJail on", "WarrenJail off"));
    }

    @Test
    void doesWhatTheNetworksWordSays() throws Exception {
        assertTrue(only(LaunchStep.Unshare.class, steps("WarrenNetwork none")).namespaces().contains(Namespace.NETWORK));
        assertEquals(Optional.of(Set.of(443, 5432)), only(LaunchStep.RestrictAccess.class, steps("WarrenNetwork connect 443 5432")).connectPorts());
        assertTrue(plugin.reachesLoopback(said()) && plugin.reachesLoopback(said("WarrenNetwork connect 25")));
        assertFalse(plugin.reachesLoopback(said("WarrenNetwork none")));
        assertTrue(plugin.reachesLoopback(said("WarrenNetwork none", "WarrenJail off")));
    }

    @Test
    void knowsTheOwnersAccountAlone() throws Exception {
        List<RootEntry> entries = only(LaunchStep.OwnRoot.class, steps()).entries();
        RootEntry.Text passwd = entries.stream().filter(RootEntry.Text.class::isInstance).map(RootEntry.Text.class::cast)
            .filter(text -> text.path().equals("/etc/passwd")).findFirst().orElseThrow();
        assertTrue(passwd.text().endsWith("\nalice:x:60101:60102::/home/alice:/bin/sh\n") && passwd.text().lines().count() == 3, passwd.text());
        RootEntry.Text group = entries.stream().filter(RootEntry.Text.class::isInstance).map(RootEntry.Text.class::cast)
            .filter(text -> text.path().equals("/etc/group")).findFirst().orElseThrow();
        assertEquals("root:x:0:\nnogroup:x:65534:\nalice:x:60102:\ngroup60103:x:60103:alice\n", group.text());
    }

    @Test
    void showsWhatIsAllowedAndHidesOtherDocumentRootsInTheHome() throws Exception {
        List<RootEntry> entries = only(LaunchStep.OwnRoot.class, steps("/home/alice/htdocs", "/home/alice",
            List.of("/home/alice/second", "/home/alice", "/srv/elsewhere"), "WarrenJailAllow /opt/tool", "WarrenJailAllow /data rw",
            "WarrenJailHide /usr/src")).entries();
        assertTrue(entries.containsAll(List.of(new RootEntry.Shown("/opt/tool", false, true), new RootEntry.Shown("/data", true, true),
            new RootEntry.Hidden("/usr/src"), new RootEntry.Hidden("/home/alice/second"))), entries::toString);
        assertEquals(2, entries.stream().filter(RootEntry.Hidden.class::isInstance).count());
    }

    @Test
    void aPreparedTreeGetsOnlyWhatNoTreeCanHave() throws Exception {
        LaunchStep.OwnRoot root = only(LaunchStep.OwnRoot.class, steps("WarrenJail chroot /srv/tree"));
        assertEquals(Optional.of("/srv/tree"), root.tree());
        assertTrue(root.entries().stream().noneMatch(entry -> entry.path().startsWith("/usr") || entry.path().startsWith("/etc")), root::toString);
        assertTrue(root.entries().stream().anyMatch(RootEntry.Processes.class::isInstance));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/etc", "/usr/..", "/tmp/site", "/var/lib", "/var", "/proc/x", "/dev"})
    void refusesADocumentRootThatIsTheMachines(String documentRoot) {
        LaunchRefused e = assertThrows(LaunchRefused.class, () -> steps(documentRoot, "/home/alice", List.of()));
        assertTrue(e.getMessage().startsWith("the document root is "), e.getMessage());
    }

    @Test
    void needsNotShowAgainWhatIsInUsr() throws Exception {
        List<RootEntry> entries = only(LaunchStep.OwnRoot.class, steps("/usr/share/gitweb", "/", List.of())).entries();
        assertTrue(entries.stream().noneMatch(entry -> entry.path().equals("/usr/share/gitweb") || entry.path().equals("/")), entries::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        WarrenJail yes                    | "yes"
        WarrenJail on /srv                | "/srv"
        WarrenJail chroot                 | no path
        WarrenJail chroot srv             | "srv"
        WarrenJail chroot /srv/../etc     | "/srv/../etc"
        WarrenNetwork all                 | "all"
        WarrenNetwork none 80             | "80"
        WarrenNetwork connect             | no port
        WarrenNetwork connect 0           | "0"
        WarrenNetwork connect 65536       | "65536"
        WarrenNetwork connect 080         | "080"
        WarrenNetwork connect 443 https   | "https"
        WarrenJailAllow opt               | "opt"
        WarrenJailAllow /                 | "/"
        WarrenJailAllow /opt/             | "/opt/"
        WarrenJailAllow //opt             | "//opt"
        WarrenJailAllow /opt rx           | "rx"
        WarrenJailHide ../x               | "../x"
        """)
    void refuses(String line, String found) {
        Directive directive = said(line).get(0);
        DirectiveRule rule = plugin.directives().stream().filter(each -> each.name().equals(directive.name())).findFirst().orElseThrow();
        assertEquals(Optional.of(found), rule.check().apply(directive.arguments()));
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertTrue(plugin.misfit(said("WarrenJail off", "WarrenNetwork none")).orElseThrow().expected().contains("or a jail"));
        assertTrue(plugin.misfit(said("WarrenJail chroot /srv/tree", "WarrenJailHide /x")).isPresent());
        for (String path : List.of("/etc", "/dev", "/var", "/etc/passwd", "/usr/..", "/run/..")) {
            assertEquals(path.contains("..") ? Optional.empty() : Optional.of(true),
                plugin.misfit(said("WarrenJailAllow " + path)).map(misfit -> true), path);
        }
        assertEquals(Optional.empty(), plugin.misfit(said("WarrenJailAllow /run/postgresql", "WarrenJailAllow /opt/tool rw")));
    }

    @Test
    void theTablesHaveAReasonInEachLineAndNothingTwice() {
        Set<String> paths = new HashSet<>();
        for (List<String> fields : Table.read("root.txt")) {
            assertEquals(2, fields.size(), fields::toString);
            assertTrue(paths.add(fields.get(0).split("\\s+")[1]), fields::toString);
        }
        assertEquals(6, AccessTable.read().size());
        Set<String> calls = new HashSet<>();
        for (SystemCallRule rule : SystemCallTable.read()) {
            assertFalse(rule.reason().isBlank());
            for (String name : rule.names()) {
                assertTrue(rule.condition().isPresent() || calls.add(name), name + " is there twice");
            }
        }
        for (SystemCallRule rule : SystemCallTable.read()) {
            assertTrue(rule.condition().isEmpty() || rule.names().stream().noneMatch(calls::contains), rule::toString);
        }
    }
}
