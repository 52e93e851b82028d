package warren.system;

/**
 * One request of a {@link Load} and its end. Times are {@link System#nanoTime}'s.
 *
 * @param status of the answer, 0 without one
 * @param detail of what is not good, for people
 */
record LoadResult(Errand errand, Outcome outcome, int status, String detail, long began, long ended) {
    long millis() {
        return (ended - began) / 1_000_000;
    }

    @Override
    public String toString() {
        return outcome + " status=" + status + " after " + millis() + " ms: " + errand + " " + detail;
    }
}
