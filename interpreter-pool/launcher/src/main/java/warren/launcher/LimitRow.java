package warren.launcher;

/**
 * A limit of a virtual host's, for people to read.
 *
 * @param directive that sets it
 * @param value as a configuration would have it
 * @param from {@code FILE:LINE}, or "default"
 */
public record LimitRow(String directive, String value, String from) {
}
