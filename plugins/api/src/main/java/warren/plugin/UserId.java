package warren.plugin;

/**
 * The UID of an owner: 1 to 4294967294, not root, not "nobody" (65534) and none of the values that stand for "no
 * change" in 16 or 32 bits ({@code setresuid(2)}).
 */
public record UserId(long value) {
    /** @throws IllegalArgumentException for a value that no owner may have */
    public UserId {
        Ids.requireOwnable("UID", value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
