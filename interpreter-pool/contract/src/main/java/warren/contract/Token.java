package warren.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What httpd sends to prove for which virtual host it forwards: 64 hexadecimal digits of 256 random bits. Two are
 * compared in constant time, and none is ever printed.
 */
public final class Token {
    private static final int BYTES = 32;
    private static final Pattern SHAPE = Pattern.compile("[0-9a-f]{" + 2 * BYTES + "}");
    private final byte[] digits;

    /** @throws IllegalArgumentException where the text is not 64 lower-case hexadecimal digits; it is not quoted */
    public Token(String text) {
        if (!SHAPE.matcher(text).matches()) {
            throw new IllegalArgumentException("a token is " + 2 * BYTES + " lower-case hexadecimal digits");
        }
        digits = text.getBytes(StandardCharsets.US_ASCII);
    }

    /** A new token from the system's random source. */
    public static Token random(SecureRandom source) {
        byte[] bits = new byte[BYTES];
        source.nextBytes(bits);
        return new Token(HexFormat.of().formatHex(bits));
    }

    /** Whether the claim is this token, in time that depends on the claim's length alone. */
    public boolean matches(String claim) {
        return MessageDigest.isEqual(digits, claim.getBytes(StandardCharsets.UTF_8));
    }

    /** The digits, for the two places that must have them: httpd's include and the wire. */
    public String reveal() {
        return new String(digits, StandardCharsets.US_ASCII);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Token token && MessageDigest.isEqual(digits, token.digits);
    }

    @Override
    public int hashCode() {
        return Token.class.hashCode();
    }

    @Override
    public String toString() {
        return "(token)";
    }
}
