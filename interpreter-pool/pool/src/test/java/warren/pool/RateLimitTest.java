package warren.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import warren.contract.RequestRate;

class RateLimitTest {
    private static final long MILLISECOND = 1_000_000;

    private static long taken(RateLimit limit, long fromMillis, long toMillis) {
        return LongStream.range(fromMillis, toMillis).filter(millis -> limit.take(millis * MILLISECOND)).count();
    }

    @Test
    void letsABurstInAndThenSoManyASecond() {
        RateLimit limit = new RateLimit(new RequestRate(10, 30), 0);
        assertEquals(39, taken(limit, 0, 1000), "30 at once, and 10 more within the second but one that is not whole");
        assertEquals(20, taken(limit, 1000, 3000));
        assertEquals(30, taken(limit, 1_000_000, 1_000_030), "no more than the burst after a long pause");
    }

    @Test
    void hasNoLimitWhereNoneIsSaid() {
        assertEquals(5000, taken(new RateLimit(RequestRate.UNLIMITED, 0), 0, 5000));
    }

    @Test
    void takesOverAChange() {
        RateLimit limit = new RateLimit(RequestRate.UNLIMITED, 0);
        limit.use(new RequestRate(1, 2), 0);
        assertEquals(2, taken(limit, 0, 500));
        limit.use(RequestRate.UNLIMITED, 500 * MILLISECOND);
        assertTrue(limit.take(500 * MILLISECOND));
    }
}
