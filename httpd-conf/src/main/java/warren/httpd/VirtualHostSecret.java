package warren.httpd;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What httpd needs to speak for one virtual host.
 *
 * @param name the virtual host's name
 * @param token its token, 64 hexadecimal digits
 * @param longestRequest the longest time that httpd may have to wait for the next byte of a response
 */
public record VirtualHostSecret(String name, String token, Duration longestRequest) {
    private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{64}");

    public VirtualHostSecret {
        if (!Values.isName(name)) {
            throw new IllegalArgumentException("a virtual host's name is " + Values.NAME);
        }
        if (!TOKEN.matcher(token).matches()) {
            throw new IllegalArgumentException("a token is 64 lower-case hexadecimal digits");
        }
        if (longestRequest.isNegative() || longestRequest.isZero()) {
            throw new IllegalArgumentException("the longest request takes some time");
        }
    }

    @Override
    public String toString() {
        return name + " (token)";
    }
}
