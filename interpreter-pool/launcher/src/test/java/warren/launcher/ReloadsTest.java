package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import warren.contract.Ask;
import warren.contract.VirtualHostName;

class ReloadsTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice");
    private static final VirtualHostName BOB = new VirtualHostName("bob");
    private static final Duration LONG = Duration.ofSeconds(20);
    private final Reloads reloads = new Reloads(0);

    @Test
    void waitsForAllOfThem() {
        reloads.ask(ALICE);
        reloads.ask(BOB);
        CompletableFuture<Map<VirtualHostName, String>> waiting =
            CompletableFuture.supplyAsync(() -> reloads.await(List.of(ALICE, BOB), LONG));
        reloads.reported(new Ask.ReportReload(BOB, 1, "does not load"));
        reloads.reported(new Ask.ReportReload(ALICE, 1, ""));
        assertEquals(Map.of(ALICE, "", BOB, "does not load"), assertTimeoutPreemptively(LONG, () -> waiting.get()));
    }

    @Test
    void takesNoReportOfAnEarlierReload() {
        reloads.ask(ALICE);
        reloads.reported(new Ask.ReportReload(ALICE, 1, "old"));
        reloads.ask(ALICE);
        assertEquals(2, reloads.countOf(ALICE));
        assertEquals(Map.of(), reloads.await(List.of(ALICE), Duration.ofMillis(1)));
        reloads.reported(new Ask.ReportReload(ALICE, 2, "new"));
        assertEquals(Map.of(ALICE, "new"), reloads.await(List.of(ALICE), LONG));
    }

    @Test
    void missesWhatWasNotToldInTime() {
        reloads.ask(ALICE);
        reloads.ask(BOB);
        reloads.reported(new Ask.ReportReload(BOB, 1, ""));
        assertEquals(Map.of(BOB, ""), reloads.await(List.of(ALICE, BOB), Duration.ofMillis(1)));
        assertEquals("1 of 2", reloads.progress());
    }
}
