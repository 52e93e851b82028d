package warren.pool;

/** The request's time was over before its response was. */
final class Overrun extends Exception { }
