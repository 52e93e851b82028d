package warren.system;

import java.util.List;
import java.util.Optional;

/**
 * What came back over the wire.
 *
 * @param status of the status line
 * @param headers as they came
 * @param body without its framing
 * @param complete whether the framing said where the body ends, and it ended there
 */
record Reply(int status, List<String> headers, String body, boolean complete) {
    Optional<String> header(String name) {
        String prefix = name.toLowerCase(java.util.Locale.ROOT) + ":";
        return headers.stream().filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(prefix))
            .map(line -> line.substring(prefix.length()).strip()).findFirst();
    }
}
