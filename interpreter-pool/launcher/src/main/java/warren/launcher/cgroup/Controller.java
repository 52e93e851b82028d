package warren.launcher.cgroup;

/** A controller that quotas need, by its names in both versions. */
public enum Controller {
    MEMORY("memory", "memory"),
    CPU("cpu", "cpu"),
    PROCESSES("pids", "pids"),
    IO("io", "blkio");

    private final String name;
    private final String nameInVersion1;

    Controller(String name, String nameInVersion1) {
        this.name = name;
        this.nameInVersion1 = nameInVersion1;
    }

    /** As {@code cgroup.controllers} has it. */
    public String versionTwoName() {
        return name;
    }

    /** As {@code /proc/self/cgroup} has it. */
    String versionOneName() {
        return nameInVersion1;
    }
}
