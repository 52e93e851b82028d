package warren.pool;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a response's head means by docs/request.md and RFC 3875, told by regular expressions over the whole of it; it
 * shares nothing with {@link ResponseHeadParser}.
 *
 * @param end how it ended; the rest counts where it is whole
 * @param used how many bytes belong to it
 * @param headers as {@code name:value}, but for the Content-Length
 */
record HeadOracle(End end, int used, int status, Optional<String> reason, List<String> headers,
        Optional<String> contentLength, Optional<String> failure) {
    enum End { OPEN, WHOLE, BROKEN }

    private static final Pattern FIRST_EMPTY_LINE = Pattern.compile("(?:\\A|\n)\r?\n");
    private static final Pattern LINE = Pattern.compile(
        "([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*+((?:[ \t]*+[\\x21-\\x7e\\x80-\\xff]++)*+)[ \t]*+");
    private static final Pattern HOP_BY_HOP = Pattern.compile(
        "(?i)connection|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*");
    private static final Pattern STATUS = Pattern.compile("(?s)([2-5][0-9][0-9])(?:[ \t]+(.+))?");
    private static final int MOST_BYTES = 65536;
    private static final int MOST_LINES = 200;

    static HeadOracle of(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher empty = FIRST_EMPTY_LINE.matcher(text);
        boolean whole = empty.find();
        int used = whole ? empty.end() : text.length();
        String lines = whole ? text.substring(0, empty.start()) : text.substring(0, text.lastIndexOf('\n') + 1);
        if (used > MOST_BYTES) {
            return simply(End.BROKEN);
        }
        return lines(lines.isEmpty() ? List.of() : List.of(lines.split("\n")), whole, used);
    }

    private static HeadOracle simply(End end) {
        return new HeadOracle(end, 0, 0, Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    private static HeadOracle lines(List<String> lines, boolean whole, int used) {
        List<String> headers = new ArrayList<>();
        List<String> statuses = new ArrayList<>();
        List<String> lengths = new ArrayList<>();
        List<String> own = new ArrayList<>();
        Optional<String> failure = Optional.empty();
        for (String line : lines) {
            Matcher field = LINE.matcher(line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            if (!field.matches()) {
                return simply(End.BROKEN);
            }
            String name = field.group(1);
            String value = field.group(2);
            if (name.equalsIgnoreCase("status")) {
                statuses.add(value);
            } else if (name.equalsIgnoreCase("content-length")) {
                lengths.add(value);
            } else if (name.regionMatches(true, 0, "warren-", 0, 7)) {
                own.add(name);
                failure = name.equalsIgnoreCase("warren-failure") ? Optional.of(value) : failure;
            } else if (!HOP_BY_HOP.matcher(name).matches()) {
                headers.add(name + ":" + value);
            }
        }
        boolean broken = lines.size() > MOST_LINES || statuses.size() > 1 || lengths.size() > 1
            || statuses.stream().anyMatch(status -> !STATUS.matcher(status).matches())
            || lengths.stream().anyMatch(length -> !length.matches("[0-9]{1,18}"))
            || whole && headers.isEmpty() && statuses.isEmpty() && lengths.isEmpty() && own.isEmpty();
        if (broken || !whole) {
            return simply(broken ? End.BROKEN : End.OPEN);
        }
        return whole(headers, statuses, lengths, failure, used);
    }

    private static HeadOracle whole(List<String> headers, List<String> statuses, List<String> lengths,
            Optional<String> failure, int used) {
        boolean redirect = headers.stream().anyMatch(header -> header.regionMatches(true, 0, "location:", 0, 9));
        int status = redirect ? 302 : 200;
        Optional<String> reason = Optional.empty();
        if (!statuses.isEmpty()) {
            Matcher given = STATUS.matcher(statuses.get(0));
            given.matches();
            status = Integer.parseInt(given.group(1));
            reason = Optional.ofNullable(given.group(2));
        }
        boolean bodiless = status == 204 || status == 304;
        return new HeadOracle(End.WHOLE, used, status, reason, headers,
            bodiless ? Optional.empty() : lengths.stream().findFirst(), failure.filter(kind -> kind.matches("[a-z0-9-]{1,64}")));
    }
}
