package warren.plugin;

/** What UIDs and GIDs have in common. */
final class Ids {
    private static final long NOBODY = 65534;
    private static final long NO_CHANGE_16 = 65535;
    private static final long NO_CHANGE_32 = 0xFFFF_FFFFL;
    /** An old 16-bit interface would take it for root. */
    private static final long ROOT_IN_16_BITS = 65536;

    private Ids() { }

    static void requireOwnable(String kind, long value) {
        if (value <= 0 || value >= NO_CHANGE_32) {
            throw new IllegalArgumentException(kind + " " + value + ", expected 1 to " + (NO_CHANGE_32 - 1));
        }
        if (value == NOBODY || value == NO_CHANGE_16 || value == ROOT_IN_16_BITS) {
            throw new IllegalArgumentException(kind + " " + value + " is reserved and no owner's");
        }
    }
}
