package warren.contract;

/**
 * How many requests a virtual host may have in a second on average, and how many beyond that at once: a bucket of
 * {@code burst} that fills by {@code perSecond}.
 *
 * @param perSecond 1 to 1000000; 0 is without limit
 * @param burst how many may come at once after a pause, perSecond to 1000000; 0 where there is no limit
 */
public record RequestRate(int perSecond, int burst) {
    public static final RequestRate UNLIMITED = new RequestRate(0, 0);
    private static final int MOST = 1_000_000;

    /** @throws IllegalArgumentException where a number is outside its range; the message names it */
    public RequestRate {
        if (perSecond < 0 || perSecond > MOST) {
            throw new IllegalArgumentException("perSecond is " + perSecond + ", expected 0 to " + MOST);
        }
        int least = perSecond;
        int most = perSecond == 0 ? 0 : MOST;
        if (burst < least || burst > most) {
            throw new IllegalArgumentException("burst is " + burst + ", expected " + least + " to " + most);
        }
    }
}
