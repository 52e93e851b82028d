package warren.launcher.stage;

import warren.launcher.system.ConfinementCalls;
import warren.launcher.system.RootCalls;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.LaunchStep;
import warren.plugin.PathAccess;

/**
 * A Landlock ruleset, {@code landlock(7)} and the kernel's {@code userspace-api/landlock}: made, applied, and shown to
 * hold. The numbers of rights are those of {@code linux/landlock.h}, with the version that brought them.
 */
final class AccessRestriction {
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIRECTORY = 1 << 3;
    private static final long REMOVE = 1 << 4 | 1 << 5;
    private static final long MAKE_DEVICE = 1 << 6 | 1 << 11;
    /** Directories, files, sockets, FIFOs and symbolic links. */
    private static final long MAKE = 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 12;
    /** Version 2. */
    private static final long REFER = 1 << 13;
    /** Version 3. */
    private static final long TRUNCATE = 1 << 14;
    /** Version 5. */
    private static final long CONTROL_DEVICE = 1 << 15;
    /** Version 4. */
    private static final long BIND_TCP = 1;
    private static final long CONNECT_TCP = 1 << 1;
    private static final int PORTS_SINCE = 4;
    /** Version 6: abstract sockets and signals of those outside. */
    private static final long SCOPES = 3;
    private static final int SCOPES_SINCE = 6;
    private static final long OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | CONTROL_DEVICE;
    private static final String PROBE = "/tmp/.warren-landlock";

    private final SystemCalls calls;
    private final ConfinementCalls confinement;
    private final LaunchStep.RestrictAccess step;
    private final int version;

    AccessRestriction(SystemCalls calls, LaunchStep.RestrictAccess step) {
        this.calls = calls;
        this.confinement = calls.confinement();
        this.step = step;
        this.version = confinement.landlockVersion();
    }

    void apply() throws SystemCallFailed {
        if (step.connectPorts().isPresent() && version < PORTS_SINCE) {
            throw new SystemCallFailed("landlock_create_ruleset for ports, version " + version, "ENOSYS");
        }
        if (version == 0) {
            return;
        }
        int ruleset = confinement.createRuleset(known(), step.connectPorts().isPresent() ? BIND_TCP | CONNECT_TCP : 0,
            version >= SCOPES_SINCE ? SCOPES : 0);
        for (PathAccess access : step.paths()) {
            allow(ruleset, access);
        }
        if (step.connectPorts().isPresent()) {
            for (int port : step.connectPorts().get()) {
                confinement.allowPort(ruleset, port, CONNECT_TCP);
            }
        }
        confinement.restrictSelf(ruleset);
        calls.close(ruleset);
        // nothing outside tells of Landlock: what no rule allows must fail here, where the mode of /tmp would let it
        if (confinement.canMakeDevice(PROBE)) {
            throw new SystemCallFailed("read back Landlock: " + PROBE + " could be made", "SURPRISE");
        }
    }

    private long known() {
        long all = EXECUTE | WRITE_FILE | READ_FILE | READ_DIRECTORY | REMOVE | MAKE_DEVICE | MAKE;
        return all | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? CONTROL_DEVICE : 0);
    }

    private void allow(int ruleset, PathAccess access) throws SystemCallFailed {
        int path;
        try {
            path = calls.root().openPath(RootCalls.NOWHERE, access.path());
        } catch (SystemCallFailed e) {
            if (access.required()) {
                throw e;
            }
            return;
        }
        long rights = rights(access.kind()) & known();
        confinement.allowBeneath(ruleset, path, calls.root().isDirectory(path) ? rights : rights & OF_FILES);
        calls.close(path);
    }

    private static long rights(PathAccess.Kind kind) {
        long read = EXECUTE | READ_FILE | READ_DIRECTORY;
        long write = WRITE_FILE | TRUNCATE | CONTROL_DEVICE;
        return switch (kind) {
            case READ -> read;
            case WRITE -> read | write;
            case CHANGE -> read | write | REMOVE | MAKE | REFER;
        };
    }
}
