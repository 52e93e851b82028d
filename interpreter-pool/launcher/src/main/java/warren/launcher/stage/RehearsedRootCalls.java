package warren.launcher.stage;

import java.util.Optional;
import warren.launcher.system.RootCalls;
import warren.launcher.system.SystemCallFailed;

/** {@link RehearsedCalls} for those that put a root together. */
final class RehearsedRootCalls implements RootCalls {
    private static final String NO_DIRECTORY = "/warren-rehearsal/there-is-no-such-directory/entry";
    private final RootCalls calls;

    RehearsedRootCalls(RootCalls calls) {
        this.calls = calls;
    }

    @Override
    public int openPath(int directory, String path) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.openPath(NOWHERE, NO_DIRECTORY));
        return RehearsedCalls.NO_DESCRIPTOR;
    }

    @Override
    public int openResolved(String path) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.openResolved(NO_DIRECTORY));
        return RehearsedCalls.NO_DESCRIPTOR;
    }

    @Override
    public boolean isDirectory(int descriptor) {
        return !calls.isDirectory(descriptor);
    }

    @Override
    public Optional<String> readLink(String path) {
        return calls.readLink(NO_DIRECTORY);
    }

    @Override
    public int copyTree(int descriptor) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.copyTree(descriptor));
        return RehearsedCalls.NO_DESCRIPTOR;
    }

    @Override
    public void setMountAttributes(int tree, long attributes) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.setMountAttributes(tree, attributes));
    }

    /** It would be the machine's. */
    @Override
    public void setRootReadOnly() { }

    /** Refused before the others are made; {@code LinuxSystemCalls.rehearse} binds them. */
    @Override
    public void returnTo(int namespace, int root) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.returnTo(namespace, root));
    }

    @Override
    public void attachTree(int tree, int target) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.attachTree(tree, target));
    }

    @Override
    public void makeDirectory(String path, int mode) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.makeDirectory(NO_DIRECTORY, mode));
    }

    @Override
    public void makeLink(String target, String path) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.makeLink(target, NO_DIRECTORY));
    }

    @Override
    public void makeFile(String path, String text) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.makeFile(NO_DIRECTORY, text));
    }

    @Override
    public void makeSecretFile(String path, byte[] content, long user, long group) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.makeSecretFile(NO_DIRECTORY, content, 0, 0));
    }

    @Override
    public void giveDirectory(String path, long user, long group) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.giveDirectory(NO_DIRECTORY, 0, 0));
    }

    @Override
    public void makeDevice(String path, int major, int minor) throws SystemCallFailed {
        RehearsedCalls.refused(() -> calls.makeDevice(NO_DIRECTORY, major, minor));
    }

    /** It would be this process's root; {@code LinuxSystemCalls.rehearse} binds what it is made of. */
    @Override
    public void pivotRoot() { }
}
