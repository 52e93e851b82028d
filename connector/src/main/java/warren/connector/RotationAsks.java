package warren.connector;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHostName;

/**
 * Asks the launcher to rotate owners' logs, one after the other, on one daemon thread: whoever appends must not wait
 * for it. An ask that fails is not repeated here; the log asks again as long as it is too long.
 */
final class RotationAsks implements Runnable {
    private static final Logger LOG = LogManager.getLogger(RotationAsks.class);
    private final Asker launcher;
    private final Set<VirtualHostName> waiting = new LinkedHashSet<>();

    RotationAsks(Asker launcher) {
        this.launcher = launcher;
    }

    /** The launcher's answer is no more than that it has looked. */
    interface Asker {
        void rotateLog(VirtualHostName name) throws IOException;
    }

    void start() {
        Thread.ofPlatform().daemon().name("log rotation").start(this);
    }

    synchronized void ask(VirtualHostName name) {
        if (waiting.add(name)) {
            notifyAll();
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                ask(launcher, next());
            }
        } catch (InterruptedException e) {
            LOG.debug("no longer asking for rotation", e);
        }
    }

    private static void ask(Asker launcher, VirtualHostName name) {
        try {
            launcher.rotateLog(name);
        } catch (IOException e) {
            // that the launcher is away is told where the virtual hosts are followed
            LOG.debug("vhost={} its log was not rotated", name, e);
        }
    }

    private synchronized VirtualHostName next() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
        VirtualHostName first = waiting.iterator().next();
        waiting.remove(first);
        return first;
    }
}
