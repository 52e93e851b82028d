package warren.plugin.quotas;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the value of a limit is written. */
enum Form {
    /** Bytes, always with a unit: who writes 256 means 256M. */
    SIZE("([0-9]{1,10})([KMG])", "a size with its unit such as 64K, 256M or 2G"),
    NUMBER("([0-9]{1,10})()", "a number"),
    /** Of one processor. */
    PERCENT("([0-9]{1,6})(%)", "percent of one processor such as 50% or 200%");

    private final Pattern pattern;
    private final String expected;

    Form(String pattern, String expected) {
        this.pattern = Pattern.compile(pattern);
        this.expected = expected;
    }

    String expected() {
        return expected;
    }

    /** Empty where the text is not of this form. */
    OptionalLong parse(String text) {
        Matcher value = pattern.matcher(text);
        if (!value.matches()) {
            return OptionalLong.empty();
        }
        int shift = switch (value.group(2)) {
            case "K" -> 10;
            case "M" -> 20;
            case "G" -> 30;
            default -> 0;
        };
        return OptionalLong.of(Long.parseLong(value.group(1)) << shift);
    }

    /** As a configuration would have it, in the largest unit that fits. */
    String show(long value) {
        return switch (this) {
            case NUMBER -> Long.toString(value);
            case PERCENT -> value + "%";
            case SIZE -> {
                int shift = value % (1L << 30) == 0 ? 30 : value % (1L << 20) == 0 ? 20 : 10;
                yield (value >> shift) + (shift == 30 ? "G" : shift == 20 ? "M" : "K");
            }
        };
    }
}
