package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import warren.contract.HealthCheck;

/** An owner's new code takes over by his own word, or because his files have changed; bad code changes nothing. */
@Timeout(60)
final class RenewalsTest {
    private static int serving(Stage stage) {
        try {
            return stage.get().generations.getLast();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void changedFilesRenewWhatServesOnce() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            assertEquals(1, serving(stage));
            stage.changed.getFirst().run();
            Eventually.equal(2, () -> serving(stage));
            // the first drains; what it still says of its files is no news
            stage.changed.getFirst().run();
            assertEquals("", stage.pools.of(Stage.ALICE).renew(Optional.empty()).get());
            assertEquals(3, serving(stage));
            stage.countersEqualReality();
        }
    }

    @Test
    void anOwnerWhoSaysItAThousandTimesHasAFewLaunches() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            serving(stage);
            for (int i = 0; i < 1000; i++) {
                stage.changed.getLast().run();
            }
            Eventually.holds(() -> serving(stage) > 1, () -> "" + stage.status());
            assertTrue(stage.changed.size() <= 13, stage.changed.size() + " launches");
        }
    }

    @Test
    void whatFailsChangesNothingAndTheNextChangeIsTriedAgain() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), (generation, socket) -> new FakeParent(socket,
                generation.number() == 2 ? FakeInterpreter::close : Stage.HELLO, Stage.OK))) {
            serving(stage);
            String failure = stage.pools.of(Stage.ALICE).renew(Optional.empty()).get();
            assertTrue(failure.contains("ended while it loaded its code") && failure.endsWith(": last words of 2"), failure);
            assertEquals(1, serving(stage));
            assertEquals(List.of("not reloaded, what ran goes on: " + failure), stage.told);
            stage.changed.getFirst().run();
            Eventually.equal(3, () -> serving(stage));
        }
    }

    @Test
    void nothingIsLaunchedWhereNothingServes() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            assertEquals("", stage.pools.of(Stage.ALICE).renew(Optional.empty()).get());
            assertEquals(0, stage.status().launches());
        }
    }

    @Test
    void aNewGenerationMustPassItsHealthCheck() throws Exception {
        int[] status = {200, 500, 302};
        try (Stage stage = new Stage(Stage.settings(1), (generation, socket) -> new FakeParent(socket, Stage.HELLO, me -> {
            boolean health = "/health".equals(me.parameters().get("PATH_INFO"));
            if (health) {
                assertEquals("/srv/alice/app.psgi /app deep=1 GET", me.parameters().get("SCRIPT_FILENAME") + " " + me.parameters().get("SCRIPT_NAME") + " "
                    + me.parameters().get("QUERY_STRING") + " " + me.parameters().get("REQUEST_METHOD"));
            }
            me.say("Status: " + (health ? status[generation.number() - 1] : 200) + "\r\nContent-Type: text/plain\r\n\r\nx").end();
        }))) {
            stage.use(new HealthCheck("/app/health?deep=1", 302));
            assertEquals(1, serving(stage), "what is launched where nothing serves is not asked");
            stage.reload();
            Eventually.equal(1, () -> stage.launcher.reports.size());
            String failure = stage.launcher.reports.getFirst().failure();
            assertTrue(failure.endsWith("fails its health check: GET /app/health?deep=1 gave 500, expected 302 (WarrenHealthCheck)"), failure);
            assertEquals(1, serving(stage));
            stage.reload();
            Eventually.equal(2, () -> stage.launcher.reports.size());
            assertEquals("", stage.launcher.reports.getLast().failure());
            assertEquals(3, serving(stage));
            stage.countersEqualReality();
        }
    }
}
