package warren.pool;

/** What is to become of an interpreter after a request. */
enum Fate {
    /** It ended its request well and can take another. */
    REUSE,
    /** It is done; closing its connection ends it. */
    CLOSE,
    /** It may run on and would not notice that nobody listens: the launcher must kill it as well. */
    KILL,
    /** The same, after it could say in its owner's log where it is. */
    TELL_AND_KILL
}
