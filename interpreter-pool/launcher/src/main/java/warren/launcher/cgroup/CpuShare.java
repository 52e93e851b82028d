package warren.launcher.cgroup;

/**
 * What holds for a while of a quota group's part of the processors.
 *
 * @param weight the part of the weight that is said, above 0, to 1
 * @param last it comes after all others, with no weight at all ({@code cpu.idle})
 * @param held it has {@value #HELD_PERCENT} percent of one processor, however many are idle
 */
record CpuShare(double weight, boolean last, boolean held) {
    /** All that is said. */
    static final CpuShare WHOLE = new CpuShare(1, false, false);
    /** Enough for who has been held to show that he is over it. */
    static final int HELD_PERCENT = 5;
}
