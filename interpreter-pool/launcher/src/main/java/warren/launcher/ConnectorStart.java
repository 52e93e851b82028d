package warren.launcher;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** The first connector of a launcher, or the one that it found, and a fresh one in the place of one that runs: each until it serves. */
final class ConnectorStart {
    private static final Logger LOG = LogManager.getLogger(ConnectorStart.class);
    private static final Duration START = Duration.ofSeconds(60);
    /** One that was found asks again within a second of its launcher's return. */
    private static final Duration RETURN = Duration.ofSeconds(10);
    private final ConnectorProcess connector;
    private final Configurations configurations;
    private final HandOver handOver;
    private final Directories directories;

    ConnectorStart(ConnectorProcess connector, Configurations configurations, HandOver handOver, Directories directories) {
        this.connector = connector;
        this.configurations = configurations;
        this.handOver = handOver;
        this.directories = directories;
    }

    /** Returns once one serves, the one that was taken over where it does. */
    void start() throws CannotStart {
        if (connector.pid().isEmpty()) {
            launch();
        } else if (configurations.awaitConnector(RETURN)) {
            return;
        } else {
            LOG.warn("the connector that was taken over does not ask within {} s and is replaced", RETURN.toSeconds());
            connector.replace();
        }
        if (!configurations.awaitConnector(START)) {
            throw new CannotStart(CannotStart.Reason.CONNECTOR, "the connector was not ready within "
                + START.toSeconds() + " s; see " + directories.connectorOutput() + " and " + directories.connectorLogs());
        }
    }

    private void launch() throws CannotStart {
        try {
            connector.start();
        } catch (LaunchFailure e) {
            throw new CannotStart(CannotStart.Reason.CONNECTOR, "the connector cannot be launched: " + e.getMessage());
        }
    }

    /**
     * A fresh one takes the place of the one that runs: it is launched beside it and accepts from the same socket; the old one
     * finishes what has come to it, and ends.
     *
     * @param within how long the fresh one may take
     */
    Outcome restart(Duration within) {
        if (!handOver.awaitOver(within)) {
            return Outcome.refused("a connector of an earlier restart still finishes what it has; nothing was restarted");
        }
        Optional<Integer> before = connector.pid();
        if (before.isEmpty()) {
            return Outcome.refused("no connector runs; one is being started");
        }
        try {
            connector.startBeside();
        } catch (LaunchFailure e) {
            return Outcome.refused("the connector pid=" + before.get() + " goes on: the next one cannot be launched: " + e.getMessage());
        }
        if (!handOver.awaitServing(within)) {
            connector.replaceUnless(before.get());
            return Outcome.refused("the next connector did not come to serve within " + within.toSeconds() + " s, see "
                + directories.connectorOutput() + "; pid=" + before.get() + " goes on where it had not been told to retire");
        }
        return new Outcome(true, List.of("connector pid=" + connector.pid().map(String::valueOf).orElse("?") + " serves; pid="
            + before.get() + " finishes what it has"));
    }
}
