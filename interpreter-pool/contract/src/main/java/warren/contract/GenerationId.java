package warren.contract;

/** One launch of one virtual host. Numbers grow from 1 and are never used twice while a launcher's state lives. */
public record GenerationId(VirtualHostName virtualHost, int number) {
    public GenerationId {
        if (number < 1) {
            throw new IllegalArgumentException("a generation's number is 1 or more, not " + number);
        }
    }

    /** {@code name.number}, one path component: the name of its cgroup, socket and log FIFO. */
    public String fileName() {
        return virtualHost.value() + "." + number;
    }

    /** As every log line that concerns it begins. */
    @Override
    public String toString() {
        return "vhost=" + virtualHost + " gen=" + number;
    }
}
