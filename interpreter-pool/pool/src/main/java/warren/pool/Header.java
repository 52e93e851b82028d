package warren.pool;

import java.util.Objects;

/** One header field of a response, already checked: the name is a token, the value has no control but tab. */
public record Header(String name, String value) {
    public Header {
        if (!HeaderSyntax.isToken(name)) {
            throw new IllegalArgumentException("a header's name is a token (RFC 9110 section 5.6.2)");
        }
        if (!HeaderSyntax.isValue(Objects.requireNonNull(value))) {
            throw new IllegalArgumentException("the value of " + name + " has a control character");
        }
    }
}
