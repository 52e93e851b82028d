package warren.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/**
 * One request of a {@link Load}, and what a good answer to it is: it names the request and the digest of its body, at
 * its beginning and at its end, with as much between them as was asked for.
 *
 * @param id of this request alone; in a header, and where it fits in the body
 * @param host whose {@link EchoSite} is asked
 * @param target path and query
 * @param length of its body, in bytes; which ones follows from the id, so that millions can be remembered
 */
record Errand(String id, String host, String method, String target, int length, boolean chunked) implements Serializable {
    private static final int CHUNK_BYTES = 7000;
    private static final int[] BODY_BYTES = {1, 40, 900, 9_000, 70_000, 200_000};
    private static final byte[] BYTES = new byte[1 << 20];
    private static final int[] FILLING_BYTES = {0, 0, 500, 9_000, 30_000, 90_000};

    static {
        new Random(0).nextBytes(BYTES);
    }

    /** Half of them with a body, of those a quarter in chunks. */
    static Errand random(String id, String host, Random random) {
        String method = random.nextBoolean() ? "GET" : random.nextInt(3) == 0 ? "PUT" : "POST";
        return of(id, host, method, 0, random);
    }

    /** @param nap how many seconds the code takes, where it serves this for the first time */
    static Errand of(String id, String host, String method, double nap, Random random) {
        String route = random.nextBoolean() ? "/app/echo" : "/perl/echo.pl";
        String target = route + "?fill=" + FILLING_BYTES[random.nextInt(FILLING_BYTES.length)]
            + (random.nextBoolean() ? "&framed=1" : "") + (nap > 0 ? "&nap=" + nap : "");
        int length = "GET".equals(method) ? 0 : BODY_BYTES[random.nextInt(BODY_BYTES.length)];
        return new Errand(id, host, method, target, length, length > 0 && random.nextInt(4) == 0);
    }

    /** A piece of {@link #BYTES} that follows from the id: to make so many anew takes longer than to serve them. */
    private byte[] body() {
        byte[] body = new byte[length];
        System.arraycopy(BYTES, Math.floorMod(id.hashCode(), BYTES.length - length), body, 0, length);
        byte[] name = id.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(name, 0, body, 0, Math.min(name.length, body.length));
        return body;
    }

    /** RFC 9110 section 9.2.2: may be served a second time where the first try came to nothing. */
    boolean idempotent() {
        return !"POST".equals(method);
    }

    void send(Wire wire, boolean lastOfConnection) throws IOException {
        wire.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nX-Id: " + id + "\r\n"
            + (lastOfConnection ? "Connection: close\r\n" : "")
            + (chunked ? "Transfer-Encoding: chunked\r\n" : length > 0 ? "Content-Length: " + length + "\r\n" : "")
            + (length > 0 ? "Content-Type: application/octet-stream\r\n\r\n" : "\r\n"));
        byte[] body = body();
        if (!chunked) {
            wire.out().write(body);
            return;
        }
        for (int at = 0; at < body.length; at += CHUNK_BYTES) {
            byte[] piece = Arrays.copyOfRange(body, at, Math.min(body.length, at + CHUNK_BYTES));
            wire.sendChunk(piece, piece.length);
        }
        wire.send("0\r\n\r\n");
    }

    /** Nothing, or what is wrong with a complete answer of status 200. */
    String faultOf(ByteArrayOutputStream answer) {
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        String line = "id=" + id + " length=" + length + " md5=" + md5(body()) + "\n";
        int filling = Integer.parseInt(target.replaceAll(".*fill=(\\d+).*", "$1"));
        if (text.equals(line + "x".repeat(filling) + line)) {
            return "";
        }
        return "asked as " + line.strip() + " with " + filling + " between, got " + text.length() + " bytes: "
            + text.substring(0, Math.min(200, text.length()));
    }

    static String md5(byte[] bytes) {
        return HexFormat.of().formatHex(md5().digest(bytes));
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return id + " " + method + " " + host + target + " body=" + length + (chunked ? " chunked" : "");
    }
}
