package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import warren.contract.Answer;
import warren.contract.Deadlines;
import warren.contract.PoolSettings;
import warren.contract.SpoolLimits;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** What a connector finds running that it did not ask for: after the one before it, or with another launcher. */
final class TakeOverTest {
    private static final FakeInterpreter.Script MUTE = me -> me.say("Status: 500\r\n\r\n").end();
    private static final PoolSettings IDLE_AT_ONCE = new PoolSettings(0, 2, 0, 2, 0, 100, 100, new Deadlines(Duration.ofSeconds(1),
        Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1),
        Duration.ofMillis(1), Duration.ofSeconds(1), Duration.ofSeconds(1)), SpoolLimits.DEFAULT);

    private static VirtualHost host(long reloads) {
        return Stage.host(Stage.settings(2), reloads, Optional.empty());
    }

    private static LauncherClient.Running running(Stage stage) throws IOException {
        return new LauncherClient(stage.launcher.socket()).running();
    }

    /** The pools of the next connector, beside those of the first, which must not be used any more. */
    private static Pools next(Stage stage, List<VirtualHost> hosts) throws IOException {
        return next(stage, hosts, running(stage));
    }

    private static Pools next(Stage stage, List<VirtualHost> hosts, LauncherClient.Running running) {
        Pools pools = new Pools(new LauncherClient(stage.launcher.socket()), new OwnersLog() {
            @Override
            public Followed follow(Answer.Launched generation, Runnable changed) {
                stage.followed.add(generation);
                return Followed.UNHEARD;
            }

            @Override
            public void tell(VirtualHostName name, String sentence) {
                stage.told.add(sentence);
            }
        }, stage.directory());
        pools.takeOver(hosts, running);
        return pools;
    }

    private static int servedBy(Pools pools) throws Exception {
        FakeExchange exchange = FakeExchange.get();
        pools.of(Stage.ALICE).serve(exchange);
        return exchange.generations.getLast();
    }

    @Test
    void servesWithWhatRunsAndReadsItsLog() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            try (Pools next = next(stage, List.of(host(0)))) {
                assertEquals(PoolState.SERVING, next.status().getFirst().state());
                assertEquals(1, servedBy(next));
                assertEquals(1, stage.launcher.launches.get());
                assertEquals(2, stage.followed.size());
                assertEquals(List.of(), stage.launcher.stopped);
            }
        }
    }

    @Test
    void hasInterpretersReadyOfWhatRunsWhereTheConfigurationSaysSo() throws Exception {
        PoolSettings usual = Stage.settings(3);
        PoolSettings three = new PoolSettings(3, 3, 0, 3, 0, usual.inFlight(), usual.queueLength(), usual.deadlines(), usual.spool());
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            try (Pools next = next(stage, List.of(Stage.host(three, 0, Optional.empty())))) {
                Eventually.equal(3, () -> next.status().getFirst().idle());
                assertEquals(1, stage.launcher.launches.get());
            }
        }
    }

    @Test
    void servesWithTheNewestAndStopsTheRest() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            launchBoth(stage);
            try (Pools next = next(stage, List.of(host(0)))) {
                assertEquals(2, servedBy(next));
                Eventually.equal(1, () -> stage.launcher.stopped.size());
                assertEquals(1, stage.launcher.stopped.getFirst().number());
            }
        }
    }

    @Test
    void servesWithTheNewestThatIsGood() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), (generation, socket) ->
                new FakeParent(socket, generation.number() == 1 ? Stage.HELLO : MUTE, Stage.OK))) {
            launchBoth(stage);
            try (Pools next = next(stage, List.of(host(0)))) {
                assertEquals(1, servedBy(next));
                Eventually.equal(1, () -> stage.launcher.stopped.size());
                assertEquals(2, stage.launcher.stopped.getFirst().number());
            }
        }
    }

    /** As a connector leaves them that has ended inside a reload. */
    private static void launchBoth(Stage stage) throws Exception {
        stage.get();
        new LauncherClient(stage.launcher.socket()).launch(Stage.ALICE, false);
        assertEquals(2, running(stage).generations().size());
    }

    /** A connector that has retired may still serve with the older ones; they are ended when it has. */
    @Test
    void leavesWhatAnotherConnectorServesWithUntilThatHasEnded() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            LauncherClient launcher = new LauncherClient(stage.launcher.socket());
            launcher.launch(Stage.ALICE, false);
            try (Pools next = next(stage, List.of(host(0)), new LauncherClient.Running(running(stage).generations(), true))) {
                assertEquals(2, servedBy(next));
                assertEquals(List.of(), stage.launcher.stopped);
                next.takeOver(List.of(host(0)), running(stage));
                Eventually.equal(1, () -> stage.launcher.stopped.size());
                assertEquals(1, stage.launcher.stopped.getFirst().number());
                assertEquals(2, servedBy(next));
            }
        }
    }

    @Test
    void oneThatHasRetiredServesWhatHasComeAndBeginsNothing() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            assertEquals(List.of(1), stage.get().generations);
            stage.pools.retire(Duration.ofSeconds(5));
            assertEquals(List.of(1), stage.get().generations);
            assertEquals("another connector has taken over", stage.pools.of(Stage.ALICE).renew(Optional.empty()).get());
            stage.use(IDLE_AT_ONCE);
            try (Stage other = new Stage(Stage.settings(2), Stage.OK)) {
                other.get();
                other.use(IDLE_AT_ONCE);
                Eventually.equal(1, () -> other.launcher.stopped.size());
            }
            assertEquals(List.of(), stage.launcher.stopped, "nor ends what is idle");
        }
    }

    @Test
    void launchesAnewWhereNothingThatRunsIsGood() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), (generation, socket) ->
                new FakeParent(socket, generation.number() < 3 ? MUTE : Stage.HELLO, Stage.OK))) {
            LauncherClient launcher = new LauncherClient(stage.launcher.socket());
            launcher.launch(Stage.ALICE, false);
            launcher.launch(Stage.ALICE, false);
            try (Pools next = next(stage, List.of(host(0)))) {
                assertEquals(3, servedBy(next));
                Eventually.equal(2, () -> stage.launcher.stopped.size());
            }
        }
    }

    @Test
    void launchesAnewWhereTheOneThatRanHasEndedSince() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            LauncherClient.Running found = running(stage);
            stage.launcher.parent(1).close();
            try (Pools next = next(stage, List.of(host(0)), found)) {
                assertEquals(2, servedBy(next));
            }
        }
    }

    @Test
    void stopsWhatIsNotConfiguredAnyMoreAndWhatIsQuarantined() throws Exception {
        for (List<VirtualHost> hosts : List.of(List.<VirtualHost>of(),
                List.of(Stage.host(Stage.settings(2), 0, Optional.of("apache2.conf:7: bad owner"))))) {
            try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
                stage.get();
                try (Pools next = next(stage, hosts)) {
                    Eventually.equal(1, () -> stage.launcher.stopped.size());
                    assertThrows(LaunchFailed.class, () -> servedBy(next));
                }
            }
        }
    }

    @Test
    void renewsWhatWasLaunchedBeforeAReloadThatNobodyReported() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            try (Pools next = next(stage, List.of(host(7)))) {
                Eventually.equal(1, () -> stage.launcher.reports.size());
                assertEquals(2, stage.launcher.launches.get());
                assertEquals(7, stage.launcher.reports.getFirst().reloads());
                assertEquals("", stage.launcher.reports.getFirst().failure());
                assertEquals(2, servedBy(next));
            }
        }
    }

    @Test
    void renewsNothingThatWasLaunchedSinceTheReloadWasAskedFor() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            Answer.Launched launched = running(stage).generations().getFirst().launched();
            try (Pools next = next(stage, List.of(host(7)), new LauncherClient.Running(List.of(new Answer.Running(launched, 7)), false))) {
                Eventually.equal(1, () -> stage.launcher.reports.size());
                assertEquals(1, servedBy(next));
                assertEquals(1, stage.launcher.launches.get());
            }
        }
    }

    @Test
    void keepsItsOwnWithAnotherLauncherAndStopsWhatItNeverHeardOf() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.get();
            // its answer was lost with the launcher
            new LauncherClient(stage.launcher.socket()).launch(Stage.ALICE, false);
            stage.pools.takeOver(List.of(host(0)), running(stage));
            Eventually.equal(1, () -> stage.launcher.stopped.size());
            assertEquals(2, stage.launcher.stopped.getFirst().number());
            assertEquals(List.of(1), stage.get().generations);
        }
    }

    @Test
    void doesNotDampLaunchesForALauncherThatIsAway() throws Exception {
        try (Stage stage = new Stage(Stage.settings(2), Stage.OK)) {
            stage.launcher.goAway();
            for (int i = 0; i < 5; i++) {
                assertTrue(assertThrows(LaunchFailed.class, stage::get).getMessage()
                    .contains("the launcher does not answer"));
            }
            stage.launcher.comeBack();
            assertEquals(List.of(1), stage.get().generations);
        }
    }
}
