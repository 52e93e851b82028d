package warren.pool;

/** What a virtual host's pool is doing. */
public enum PoolState {
    /** Nothing runs; the next request launches. */
    RESTING,
    /** A launch is under way and requests wait for it. */
    LAUNCHING,
    /** A generation serves. */
    SERVING,
    /** The last launch failed or the generation died too soon; requests are refused until the back-off ends. */
    BACKING_OFF,
    /** The configuration says that it must not serve. */
    QUARANTINED,
    /** The virtual host is no longer configured; what runs may finish. */
    REMOVED
}
