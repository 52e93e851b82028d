package warren.contract;

import java.time.Duration;
import java.util.Objects;

/**
 * When an interpreter is replaced after a request, besides the count of its requests.
 *
 * @param age how long it may have lived, up to a fifth less so that not all go at once; more than 0, at most a day
 * @param privateBytes how much memory of its own it may have, not shared with its parent interpreter; 0 is without limit
 */
public record Recycling(Duration age, long privateBytes) {
    private static final Duration LONGEST = Duration.ofDays(1);
    public static final Recycling DEFAULT = new Recycling(Duration.ofHours(12), 128L << 20);

    /** @throws IllegalArgumentException where one is outside its range; the message names it */
    public Recycling {
        Objects.requireNonNull(age);
        if (age.isNegative() || age.isZero() || age.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("age is " + age + ", expected more than 0 and at most a day");
        }
        if (privateBytes < 0) {
            throw new IllegalArgumentException("privateBytes is " + privateBytes + ", expected 0 or more");
        }
    }
}
