package warren.contract;

import java.util.regex.Pattern;

/**
 * The name by which httpd's token, connector and launcher speak of one virtual host or service: 1 to 128 characters
 * of {@code [A-Za-z0-9._-]}, beginning with a letter or digit and without {@code ..}, so that it can stand as one
 * path component, one log field and one macro name.
 */
public record VirtualHostName(String value) implements Comparable<VirtualHostName> {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** @throws IllegalArgumentException where the value has another shape; the message says what was expected */
    public VirtualHostName {
        if (!isWellFormed(value)) {
            throw new IllegalArgumentException("a virtual host's name is 1 to 128 of [A-Za-z0-9._-], begins with a"
                + " letter or digit and has no \"..\"");
        }
    }

    /** Whether a name could be made of this value. */
    public static boolean isWellFormed(String value) {
        return SHAPE.matcher(value).matches() && !value.contains("..");
    }

    @Override
    public int compareTo(VirtualHostName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
