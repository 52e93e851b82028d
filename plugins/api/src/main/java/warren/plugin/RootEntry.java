package warren.plugin;

/** Something in a root of its own, at an absolute path there. */
public sealed interface RootEntry {
    /** Where it is. */
    String path();

    /**
     * A directory, file or socket of the host's, with all below it, at its own path: {@code nosuid,nodev}. Its path may go
     * through no symbolic link.
     *
     * @param writable whether by those who may; else by nobody
     * @param required whether the launch is refused where the host has none
     */
    record Shown(String path, boolean writable, boolean required) implements RootEntry { }

    /**
     * A directory or file of the host's, to read; where its path there is a symbolic link, what that leads to; nothing where
     * there is none. For paths alone that only root can change.
     */
    record Resolved(String path) implements RootEntry { }

    /** As the host has it: a symbolic link where it is one, else shown to read; nothing where there is none. */
    record AsOnHost(String path) implements RootEntry { }

    /** An empty directory, with those above it. */
    record Directory(String path) implements RootEntry { }

    /** A symbolic link. */
    record Link(String path, String target) implements RootEntry { }

    /** A file of root's with this text. */
    record Text(String path, String text) implements RootEntry { }

    /** A file system in memory of its own, {@code nosuid}. @param options as for mount(8) */
    record Memory(String path, String options) implements RootEntry { }

    /** A character device that everybody may read and write, in a {@link Memory}. */
    record Device(String path, int major, int minor) implements RootEntry { }

    /** The processes of its own PID namespace, {@code proc(5)}. */
    record Processes(String path) implements RootEntry { }

    /** Nothing: where something is shown there, an empty directory or file that nobody can write lies over it. */
    record Hidden(String path) implements RootEntry { }
}
