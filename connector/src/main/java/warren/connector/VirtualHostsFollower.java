package warren.connector;

import java.io.IOException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.pool.LauncherClient;
import warren.pool.Pools;
import warren.pool.VirtualHostList;

/**
 * Asks the launcher for the virtual hosts, again and again (it answers when they change), and applies each list. While
 * the launcher is away the last list stays in force, and it is asked again after 0.1 to 1 second. With the first list of a
 * launcher it asks what runs too: this connector may be the one that is new, or the launcher. One daemon thread.
 */
final class VirtualHostsFollower implements Runnable {
    private static final Logger LOG = LogManager.getLogger(VirtualHostsFollower.class);
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    private final LauncherClient launcher;
    private final VirtualHosts virtualHosts;
    private final Pools pools;
    private VirtualHostList known = VirtualHostList.NONE;
    private long pauseMillis = SHORTEST_PAUSE_MILLIS;
    private boolean away;
    private boolean applied;
    private boolean retired;
    private Runnable retire = () -> { };

    VirtualHostsFollower(LauncherClient launcher, VirtualHosts virtualHosts, Pools pools) {
        this.launcher = launcher;
        this.virtualHosts = virtualHosts;
        this.pools = pools;
    }

    /** Returns once a first list is in force, however long the launcher is away. */
    void applyFirst() throws InterruptedException {
        while (!applied) {
            followOnce();
        }
    }

    /**
     * After {@link #applyFirst}: follows the changes from here on.
     *
     * @param whenRetired is run once, when another connector takes over; nothing is followed after that
     */
    void start(Runnable whenRetired) {
        retire = whenRetired;
        Thread.ofPlatform().daemon().name("virtual hosts").start(this);
    }

    @Override
    public void run() {
        try {
            while (!retired && !Thread.currentThread().isInterrupted()) {
                followOnce();
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer following the list of virtual hosts", e);
        }
    }

    private void followOnce() throws InterruptedException {
        try {
            switch (launcher.list(known)) {
                case LauncherClient.Told.Listed(VirtualHostList list) -> apply(list);
                case LauncherClient.Told.CompareGenerations() -> compare();
                case LauncherClient.Told.Retire() -> {
                    retired = true;
                    retire.run();
                }
            }
        } catch (IOException e) {
            pauseAfter(e);
        } catch (RuntimeException e) {
            LOG.error("a list of virtual hosts could not be applied", e);
            pauseAfter(new IOException("a defect of the connector", e));
        }
    }

    /** Without a list all that runs would be nobody's. */
    private void compare() throws IOException {
        if (applied) {
            pools.takeOver(known.virtualHosts(), launcher.running());
        }
    }

    private void apply(VirtualHostList list) throws IOException {
        boolean firstOfLauncher = away || !applied;
        if (away) {
            LOG.info("the launcher is back");
            away = false;
        }
        pauseMillis = SHORTEST_PAUSE_MILLIS;
        if (list.revision() != known.revision() || !applied) {
            if (firstOfLauncher) {
                pools.takeOver(list.virtualHosts(), launcher.running());
            } else {
                pools.update(list.virtualHosts());
            }
            virtualHosts.replace(list.virtualHosts());
            known = list;
            LOG.info("revision {} of the configuration is in force, {} virtual hosts", known.revision(), virtualHosts.count());
            applied = true;
        }
    }

    private void pauseAfter(IOException failure) throws InterruptedException {
        if (!away) {
            LOG.warn("the launcher is away, serving with what is known: {}", failure.toString());
            away = true;
        }
        Thread.sleep(pauseMillis);
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    }
}
