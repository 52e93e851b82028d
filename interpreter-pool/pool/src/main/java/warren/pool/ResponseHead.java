package warren.pool;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The head of an interpreter's response, checked (RFC 3875 section 6): at most one Content-Length, none with 204 and
 * 304; nothing hop-by-hop; no {@code Warren-*}.
 *
 * @param status 200 to 599
 * @param reason what stood after the status, for those who can still send it
 * @param headers in the order in which they came, without {@code Status}
 * @param failure the kind from {@code Warren-Failure}, 1 to 64 of {@code [a-z0-9-]}: the interpreter says that the
 *     owner's code failed, and what follows is not meant for the client
 */
public record ResponseHead(int status, Optional<String> reason, List<Header> headers, Optional<String> failure) {
    public ResponseHead {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a status is 200 to 599, not " + status);
        }
        Objects.requireNonNull(reason);
        headers = List.copyOf(headers);
        Objects.requireNonNull(failure);
    }

    /** The number of the body's bytes where the interpreter has told it. */
    public OptionalLong contentLength() {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase("Content-Length")) {
                return OptionalLong.of(Long.parseLong(header.value()));
            }
        }
        return OptionalLong.empty();
    }

    /** Whether a response of this status has no body (RFC 9110 sections 15.3.5 and 15.4.5). */
    public boolean isWithoutBody() {
        return status == 204 || status == 304;
    }
}
