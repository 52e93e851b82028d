package warren.launcher.stage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;
import warren.plugin.UserId;

/** What of a plan is left for a stage that has prepared itself. */
class PreparationTest {
    private static final RootEntry USR = new RootEntry.Shown("/usr", false, false);
    private static final RootEntry DEV = new RootEntry.Memory("/dev", "mode=755");
    private static final RootEntry NULL = new RootEntry.Device("/dev/null", 1, 3);
    private static final RootEntry VAR_TMP = new RootEntry.Memory("/var/tmp", "");
    private static final RootEntry HOME = new RootEntry.Shown("/home/alice", true, true);
    private static final LaunchStep UNSHARE = new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT));
    private static final Preparation PREPARATION = new Preparation("/run/root", List.of(USR, DEV, NULL, VAR_TMP));

    private static LaunchPlan plan(String rootMount, Optional<String> tree, List<RootEntry> entries) {
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Connector("/log"), new UserId(60101), new GroupId(60102), List.of(),
            List.of(UNSHARE, new LaunchStep.OwnRoot(tree, entries)), rootMount, new byte[] {1}, new LaunchStep.Execute("/bin/true", List.of("true"), Map.of()));
    }

    private static LaunchPlan with(RootEntry... more) {
        List<RootEntry> entries = new ArrayList<>(List.of(VAR_TMP, USR, NULL, DEV));
        entries.addAll(List.of(more));
        return plan("/run/root", Optional.empty(), entries);
    }

    private static void assertWhole(LaunchPlan plan) {
        assertSame(plan, PREPARATION.rest(plan));
    }

    @Test
    void isWhatTheRootHasBesideAndEverythingElse() {
        RootEntry hidden = new RootEntry.Hidden("/usr/local/etc");
        LaunchPlan plan = with(HOME, hidden);
        LaunchPlan rest = PREPARATION.rest(plan);
        assertTrue(rest.onCommonRoot());
        assertEquals(List.of(UNSHARE, new LaunchStep.OwnRoot(Optional.empty(), List.of(HOME, hidden))), rest.steps());
        assertEquals(List.of(plan.user(), plan.group(), plan.descriptors(), plan.rootMount(), plan.program(), plan.credentials()),
            List.of(rest.user(), rest.group(), rest.descriptors(), rest.rootMount(), rest.program(), rest.credentials()));
        assertSame(plan.filter(), rest.filter());
    }

    @Test
    void isAllWhereTheRootIsAnother() {
        assertWhole(plan("/run/root", Optional.of("/srv/tree"), List.of(USR, DEV, NULL, VAR_TMP)));
        assertWhole(plan("/run/other", Optional.empty(), List.of(USR, DEV, NULL, VAR_TMP)));
        assertWhole(plan("/run/root", Optional.empty(), List.of(USR, DEV, NULL)));
        assertWhole(plan("/run/root", Optional.empty(), List.of(new RootEntry.Shown("/usr", true, false), DEV, NULL, VAR_TMP)));
        LaunchPlan none = new LaunchPlan(with().descriptors(), with().user(), with().group(), List.of(), List.of(UNSHARE), with().program());
        assertWhole(none);
        assertSame(none, Preparation.NOTHING.rest(none));
    }

    /** It would lie on what it was to lie under. */
    @Test
    void isAllWhereSomethingMoreLiesAboveWhatIsCommon() {
        for (String above : List.of("/var", "/var/tmp", "/usr", "/")) {
            assertWhole(with(HOME, new RootEntry.Shown(above, false, true)));
        }
        assertTrue(PREPARATION.rest(with(new RootEntry.Shown("/var/tmp/alice", true, true), new RootEntry.Shown("/var/t", true, true))).onCommonRoot());
    }

    /** Without it the file system was mounted to have no devices. */
    @Test
    void isAllWhereThereIsAFurtherDevice() {
        assertWhole(with(new RootEntry.Device("/dev/zero", 1, 5)));
    }

    @Test
    void whatIsThereTwiceIsMadeTwice() {
        assertEquals(List.of(UNSHARE, new LaunchStep.OwnRoot(Optional.empty(), List.of(HOME, HOME))), PREPARATION.rest(with(HOME, HOME)).steps());
        assertWhole(with(USR));
    }

    @Test
    void nothingHiddenIsPrepared() {
        assertThrows(IllegalArgumentException.class, () -> new Preparation("/run/root", List.of(USR, new RootEntry.Hidden("/usr/src"))));
    }

    @Test
    void comesBeforeAPlanOnTheWire() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PreparationWire.write(PREPARATION, bytes);
        LaunchPlanWire.write(PREPARATION.rest(with(HOME)), bytes);
        ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
        assertEquals(PREPARATION, PreparationWire.read(in));
        LaunchPlan read = LaunchPlanWire.read(in);
        assertTrue(read.onCommonRoot());
        assertEquals(PREPARATION.rest(with(HOME)).steps(), read.steps());
        assertEquals(0, in.available());
    }
}
