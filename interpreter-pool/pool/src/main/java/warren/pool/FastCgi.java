package warren.pool;

/** Numbers of the FastCGI Specification 1.0, section 8. */
final class FastCgi {
    static final int VERSION = 1;
    static final int BEGIN_REQUEST = 1;
    static final int END_REQUEST = 3;
    static final int PARAMS = 4;
    static final int STDIN = 5;
    static final int STDOUT = 6;
    static final int STDERR = 7;
    static final int RESPONDER = 1;
    static final int KEEP_CONN = 1;
    static final int REQUEST_COMPLETE = 0;
    /** The only request id that we use: one request at a time on a connection. */
    static final int REQUEST_ID = 1;
    static final int HEADER_BYTES = 8;
    static final int END_REQUEST_BYTES = 8;
    static final int MOST_CONTENT_BYTES = 65535;

    private FastCgi() { }
}
