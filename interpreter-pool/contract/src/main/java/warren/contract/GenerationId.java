package warren.contract;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One launch of one virtual host. Numbers grow from 1 and are never used twice while a launcher's state lives. */
public record GenerationId(VirtualHostName virtualHost, int number) {
    private static final Pattern FILE_NAME = Pattern.compile("(.+)\\.([1-9][0-9]{0,8})");

    public GenerationId {
        if (number < 1) {
            throw new IllegalArgumentException("a generation's number is 1 or more, not " + number);
        }
    }

    /** {@code name.number}, one path component: the name of its cgroup, socket and log FIFO. */
    public String fileName() {
        return virtualHost.value() + "." + number;
    }

    /** The other way; empty where it is none of ours. */
    public static Optional<GenerationId> ofFileName(String fileName) {
        Matcher parts = FILE_NAME.matcher(fileName);
        return parts.matches() && VirtualHostName.isWellFormed(parts.group(1))
            ? Optional.of(new GenerationId(new VirtualHostName(parts.group(1)), Integer.parseInt(parts.group(2))))
            : Optional.empty();
    }

    /** As every log line that concerns it begins. */
    @Override
    public String toString() {
        return "vhost=" + virtualHost + " gen=" + number;
    }
}
