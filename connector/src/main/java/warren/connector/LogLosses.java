package warren.connector;

/**
 * What an owner's log has lost.
 *
 * @param linesOverRate lines that were too many at a time
 * @param linesUnwritten lines that the file did not take: a full disk, a quota, no file, a rotation that did not come
 * @param timesFifoFull how often a generation's FIFO was found full, at most once a second: its writers may have lost
 *     lines that nobody can count here
 */
record LogLosses(long linesOverRate, long linesUnwritten, long timesFifoFull) {
    static final LogLosses NONE = new LogLosses(0, 0, 0);

    LogLosses since(LogLosses earlier) {
        return new LogLosses(linesOverRate - earlier.linesOverRate, linesUnwritten - earlier.linesUnwritten,
            timesFifoFull - earlier.timesFifoFull);
    }

    LogLosses overRate(long lines) {
        return new LogLosses(linesOverRate + lines, linesUnwritten, timesFifoFull);
    }

    LogLosses unwritten(long lines) {
        return new LogLosses(linesOverRate, linesUnwritten + lines, timesFifoFull);
    }

    LogLosses fifoFull() {
        return new LogLosses(linesOverRate, linesUnwritten, timesFifoFull + 1);
    }
}
