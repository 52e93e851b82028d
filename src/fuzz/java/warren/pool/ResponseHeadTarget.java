package warren.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Whatever an interpreter calls a head, cut wherever: {@link ResponseHeadParser} says what {@link HeadOracle} says and
 * throws nothing but {@link ProtocolBroken}; and a head that it lets through cannot become another header or another
 * response.
 */
public final class ResponseHeadTarget {
    private static final int EVERY_CUT = 64;

    private ResponseHeadTarget() { }

    public static void fuzzerTestOneInput(byte[] bytes) {
        HeadOracle expected = HeadOracle.of(bytes);
        require(expected, parse(bytes, bytes.length, bytes.length), "whole");
        require(expected, parse(bytes, 1, 1), "byte by byte");
        if (bytes.length <= EVERY_CUT) {
            for (int cut = 1; cut < bytes.length; cut++) {
                require(expected, parse(bytes, cut, bytes.length - cut), "cut at " + cut);
            }
        } else {
            int cut = 1 + new Random(Arrays.hashCode(bytes)).nextInt(bytes.length - 1);
            require(expected, parse(bytes, cut, 1 + bytes.length / 3), "cut at " + cut);
        }
    }

    private static void require(HeadOracle expected, HeadOracle told, String how) {
        if (!told.equals(expected)) {
            throw new AssertionError(how + ": " + told + ", expected " + expected);
        }
    }

    /** In pieces: the first, then others of one size. */
    private static HeadOracle parse(byte[] bytes, int first, int others) {
        ResponseHeadParser parser = new ResponseHeadParser();
        try {
            int used = 0;
            for (int at = 0, piece = first; at < bytes.length && !parser.isComplete(); piece = others) {
                int count = Math.min(piece, bytes.length - at);
                int taken = parser.take(bytes, at, count);
                if (taken != count && !parser.isComplete() || taken > count || taken < 1) {
                    throw new AssertionError(taken + " taken of " + count);
                }
                at += count;
                used += taken;
            }
            return parser.isComplete() ? told(parser.head(), used) : empty(HeadOracle.End.OPEN);
        } catch (ProtocolBroken e) {
            requireHarmless(e.getMessage(), "the sentence of ProtocolBroken");
            return empty(HeadOracle.End.BROKEN);
        }
    }

    private static HeadOracle told(ResponseHead head, int used) {
        requireSafe(head);
        List<String> others = new ArrayList<>();
        Optional<String> contentLength = Optional.empty();
        for (Header header : head.headers()) {
            if (header.name().equalsIgnoreCase("Content-Length")) {
                contentLength = Optional.of(header.value());
            } else {
                others.add(header.name() + ":" + header.value());
            }
        }
        return new HeadOracle(HeadOracle.End.WHOLE, used, head.status(), head.reason(), others, contentLength,
            head.failure());
    }

    private static HeadOracle empty(HeadOracle.End end) {
        return new HeadOracle(end, 0, 0, Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    /** Said again, and without the oracle: an oracle with the parser's own mistake would hide it. */
    private static void requireSafe(ResponseHead head) {
        int lengths = 0;
        for (Header header : head.headers()) {
            requireHarmless(header.name() + header.value(), "a header");
            lengths += header.name().equalsIgnoreCase("Content-Length") ? 1 : 0;
            if (header.name().equalsIgnoreCase("Transfer-Encoding") || header.name().toLowerCase().startsWith("warren-")
                || header.name().isEmpty() || header.name().contains(":") || header.name().contains(" ")) {
                throw new AssertionError("let through: " + header);
            }
        }
        if (lengths > 1 || lengths == 1 && head.isWithoutBody() || head.status() < 200 || head.status() > 599) {
            throw new AssertionError("let through: " + head);
        }
        requireHarmless(head.reason().orElse("") + head.failure().orElse(""), "the status");
    }

    private static void requireHarmless(String text, String what) {
        if (text.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 127)) {
            throw new AssertionError(what + " has a control character");
        }
    }
}
