package warren.pool;

import java.util.concurrent.TimeUnit;
import warren.contract.RequestRate;

/** A bucket of tokens, one for each request, that fills as time passes. */
final class RateLimit {
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);
    private RequestRate rate;
    private double tokens;
    private long filledNanos;

    RateLimit(RequestRate rate, long nowNanos) {
        this.rate = rate;
        this.tokens = rate.burst();
        this.filledNanos = nowNanos;
    }

    /** What is in the bucket stays, as far as it fits. */
    synchronized void use(RequestRate changed, long nowNanos) {
        if (!changed.equals(rate)) {
            tokens = rate.perSecond() == 0 ? changed.burst() : Math.min(changed.burst(), tokens);
            filledNanos = nowNanos;
            rate = changed;
        }
    }

    /** Whether one more request may come now. */
    synchronized boolean take(long nowNanos) {
        if (rate.perSecond() == 0) {
            return true;
        }
        tokens = Math.min(rate.burst(), tokens + (nowNanos - filledNanos) / NANOS * rate.perSecond());
        filledNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
