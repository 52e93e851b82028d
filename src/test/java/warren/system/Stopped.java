package warren.system;

/** A process that is stopped (SIGSTOP), until it is let go on, at the latest at the end of its block. */
record Stopped(long pid) implements AutoCloseable {
    static Stopped stop(long pid) throws Exception {
        Processes.signal("STOP", pid);
        return new Stopped(pid);
    }

    /** SIGCONT, which does nothing where it has been let go on or has ended. */
    void goOn() throws Exception {
        if (Processes.isAlive(pid)) {
            Processes.signal("CONT", pid);
        }
    }

    @Override
    public void close() throws Exception {
        goOn();
    }
}
