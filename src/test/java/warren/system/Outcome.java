package warren.system;

/** How a request of a {@link Load} ended, as its client sees it. */
enum Outcome {
    /** A complete answer, and the right one. */
    GOOD,
    /** A complete answer of status 500 or above: Warren's, or httpd's where the connector ended. */
    REFUSED,
    /** The connection ended before the framing did, or no answer came. */
    CUT,
    /** httpd took no connection. */
    NO_CONNECTION,
    /** A complete answer that is not its own, or a status that nothing explains: always a defect. */
    WRONG
}
