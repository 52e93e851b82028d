package warren.launcher.system;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Notices the end of processes that are not our children: {@code poll(2)} on their pidfds, by one daemon thread for
 * all. How they ended only their own parent learns.
 */
public final class EndWatch {
    private static final Logger LOG = LogManager.getLogger(EndWatch.class);
    private static final short POLLIN = 1;
    private static final int ENTRY_BYTES = 8;
    private static final int EINTR = 4;
    private static final long PAUSE_MILLIS = 200;
    private final Map<Integer, Runnable> watched = new ConcurrentHashMap<>();
    private final Descriptors.Pipe wake;

    public EndWatch() throws SystemCallFailed {
        wake = Descriptors.pipe();
        Thread thread = new Thread(this::watchForever, "end-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * From now on.
     *
     * @param process is not closed before it has ended
     * @param ended is run once, on the thread that watches all: it must not wait for anything
     */
    public void watch(PidFd process, Runnable ended) throws SystemCallFailed {
        watched.put(process.descriptor(), ended);
        Linux.check((int) Libc.INSTANCE.write(wake.writeEnd(), new byte[1], 1), "write");
    }

    private void watchForever() {
        while (true) {
            try {
                awaitSome();
            } catch (SystemCallFailed e) {
                LOG.error("ends of processes are noticed late: {}", e.getMessage());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            }
        }
    }

    /** {@code struct pollfd}: i32 fd, i16 events, i16 revents. */
    private void awaitSome() throws SystemCallFailed {
        List<Integer> descriptors = new ArrayList<>(List.of(wake.readEnd()));
        descriptors.addAll(watched.keySet());
        ByteBuffer entries = ByteBuffer.allocate(ENTRY_BYTES * descriptors.size()).order(ByteOrder.nativeOrder());
        descriptors.forEach(descriptor -> entries.putInt(descriptor).putShort(POLLIN).putShort((short) 0));
        if (Libc.INSTANCE.poll(entries.array(), descriptors.size(), -1) < 0) {
            if (Libc.RUNTIME.getLastError() != EINTR) {
                throw Linux.failed("poll");
            }
            return;
        }
        for (int i = 0; i < descriptors.size(); i++) {
            if (entries.getShort(ENTRY_BYTES * i + 6) != 0) {
                noticed(descriptors.get(i));
            }
        }
    }

    private void noticed(int descriptor) throws SystemCallFailed {
        if (descriptor == wake.readEnd()) {
            Linux.check((int) Libc.INSTANCE.read(descriptor, new byte[1], 1), "read");
        } else {
            watched.remove(descriptor).run();
        }
    }
}
