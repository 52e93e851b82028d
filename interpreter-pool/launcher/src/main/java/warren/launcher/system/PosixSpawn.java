package warren.launcher.system;

import java.util.Arrays;
import java.util.List;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * {@code posix_spawn(3)}: a process with exactly the descriptors it is given, default signal dispositions and an empty
 * mask. A JVM must not fork and go on in Java; glibc's posix_spawn does it in C with CLONE_VFORK.
 */
public final class PosixSpawn {
    private static final int OPAQUE_BYTES = 1024;
    private static final short POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final short POSIX_SPAWN_SETSIGMASK = 0x08;

    private PosixSpawn() { }

    /**
     * @param program absolute path
     * @param arguments all of them, the program's name first
     * @param environment all of it, {@code NAME=value}
     * @param descriptors what becomes descriptor 0, 1, 2 ...; none of them below their number, see
     *     {@link Descriptors#above}
     * @return the child's pid; the caller reaps it
     */
    public static int spawn(String program, List<String> arguments, List<String> environment, List<Integer> descriptors)
            throws SystemCallFailed {
        Libc libc = Libc.INSTANCE;
        Pointer actions = Memory.allocateDirect(Libc.RUNTIME, OPAQUE_BYTES, true);
        Pointer attributes = Memory.allocateDirect(Libc.RUNTIME, OPAQUE_BYTES, true);
        check(libc.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        check(libc.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        try {
            for (int target = 0; target < descriptors.size(); target++) {
                check(libc.posix_spawn_file_actions_adddup2(actions, descriptors.get(target), target), "adddup2");
            }
            // the JVM's own descriptors are not all close-on-exec
            check(libc.posix_spawn_file_actions_addclosefrom_np(actions, descriptors.size()), "addclosefrom_np");
            byte[] everySignal = new byte[Linux.SIGNAL_SET_BYTES];
            Arrays.fill(everySignal, (byte) 0xff);
            check(libc.posix_spawnattr_setsigdefault(attributes, everySignal), "posix_spawnattr_setsigdefault");
            check(libc.posix_spawnattr_setsigmask(attributes, new byte[Linux.SIGNAL_SET_BYTES]),
                "posix_spawnattr_setsigmask");
            check(libc.posix_spawnattr_setflags(attributes, (short) (POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)),
                "posix_spawnattr_setflags");
            int[] pid = new int[1];
            check(libc.posix_spawn(pid, program, actions, attributes, arguments.toArray(new String[0]),
                environment.toArray(new String[0])), "posix_spawn " + program);
            return pid[0];
        } finally {
            libc.posix_spawn_file_actions_destroy(actions);
            libc.posix_spawnattr_destroy(attributes);
        }
    }

    private static void check(int error, String call) throws SystemCallFailed {
        if (error != 0) {
            throw new SystemCallFailed(call, Linux.errnoName(error));
        }
    }
}
