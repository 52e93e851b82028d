package warren.pool;

/** A generation's life: LAUNCHING, READY, DRAINING, STOPPED; a failed launch goes to STOPPED at once. */
public enum GenerationState {
    /** Its parent interpreter has been executed and loads the code. */
    LAUNCHING,
    /** It has answered hello and serves. */
    READY,
    /** It gets no new request; what it has may finish until the drain deadline. */
    DRAINING,
    /** The launcher has been asked to end everything in its cgroup. */
    STOPPED
}
