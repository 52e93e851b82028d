package warren.plugin;

/** The GID of an owner; the same bounds as {@link UserId}. */
public record GroupId(long value) {
    /** @throws IllegalArgumentException for a value that no owner may have */
    public GroupId {
        Ids.requireOwnable("GID", value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
