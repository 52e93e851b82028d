package warren.httpd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The include with the secrets. What httpd makes of it: RealHttpdTest. */
class SecretsFileTest {
    private static final String TOKEN = "0f".repeat(32);
    private static final Path SOCKET = Path.of("/run/warren/ajp/ajp.sock");

    @Test
    void givesHttpdMoreTimeThanWarrenTakes() {
        String text = new SecretsFile("s".repeat(32), SOCKET)
            .render(List.of(new VirtualHostSecret("a", TOKEN, Duration.ofMillis(1500))));
        assertTrue(text.contains("timeout=32\n"), text);
        assertTrue(text.contains("SetEnv AJP_WARREN_VHOST \"a " + TOKEN + "\""), text);
    }

    @Test
    void refusesWhatCouldEndALine() {
        assertThrows(IllegalArgumentException.class, () -> new SecretsFile("secret\nwith a line", SOCKET));
        assertThrows(IllegalArgumentException.class, () -> new SecretsFile("s".repeat(32), Path.of("/run/a b")));
        assertThrows(IllegalArgumentException.class, () -> new VirtualHostSecret("a\n", TOKEN, Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new VirtualHostSecret("a", "x", Duration.ofSeconds(1)));
    }

    @Test
    void printsNoSecret() {
        assertFalse(new SecretsFile("s".repeat(32), SOCKET).toString().contains("ss"));
        assertEquals("a (token)", new VirtualHostSecret("a", TOKEN, Duration.ofSeconds(1)).toString());
    }
}
