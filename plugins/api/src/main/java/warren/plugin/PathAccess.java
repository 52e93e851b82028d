package warren.plugin;

/**
 * How what is beneath a path may be used.
 *
 * @param kind in which ways
 * @param required whether the launch is refused where there is no such path
 */
public record PathAccess(String path, Kind kind, boolean required) {
    /** Each with what comes before it. */
    public enum Kind {
        /** Read, list and execute. */
        READ,
        /** Write to what is there. */
        WRITE,
        /** Make, rename and remove, but for devices. */
        CHANGE
    }
}
