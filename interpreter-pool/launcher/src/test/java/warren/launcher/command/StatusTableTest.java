package warren.launcher.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import warren.launcher.control.ControlMessages;
import warren.launcher.control.LauncherStatus;

class StatusTableTest {
    private static final LauncherStatus LAUNCHER = new LauncherStatus(10, Optional.of(20), 3, List.of(
        new LauncherStatus.Host("alice.example", Optional.of(60101L), Optional.of(60101L), Optional.empty(),
            List.of(new LauncherStatus.Running(2, 30, Instant.EPOCH, List.of(30, 31))), Optional.empty()),
        new LauncherStatus.Host("bob.example", Optional.empty(), Optional.empty(), Optional.of("owner below the floor"),
            List.of(), Optional.empty())));

    private static String print(Optional<JsonNode> connector) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new StatusTable(LAUNCHER, connector).print(new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void showsBothHalvesInALine() throws IOException {
        String text = print(Optional.of(ControlMessages.JSON.readTree("""
            {"pools":[{"name":"alice.example","state":"SERVING","busy":1,"idle":2,"waiting":0,"requests":7,"failures":1,
            "lastFailure":"it broke"}]}""")));
        String alice = text.lines().filter(line -> line.startsWith("alice.example")).findFirst().orElseThrow();
        assertEquals("alice.example SERVING 60101 2 1/2 0 7 1", alice.strip().replaceAll(" +", " "));
        assertTrue(text.contains("    last failure: it broke"), text);
        assertTrue(text.contains("    does not serve: owner below the floor"), text);
    }

    @Test
    void saysThatTheConnectorDoesNotAnswer() {
        assertTrue(print(Optional.empty()).contains("the connector does not answer"));
    }

    @Test
    void letsNoControlCharacterOfTheConnectorReachTheTerminal() throws IOException {
        String text = print(Optional.of(ControlMessages.JSON.readTree("""
            {"pools":[{"name":"alice.example","state":"\\u001b[2J","lastFailure":"a\\u001b]0;x\\u0007\\r\\n\\u009bb\\u202ec"}]}""")));
        assertFalse(text.chars().anyMatch(c -> c != '\n' && (Character.isISOControl(c)
            || Character.getType(c) == Character.FORMAT)), text);
        assertTrue(text.contains("    last failure: a?]0;x????b?c"), text);
    }

    @Test
    void standsADocumentOfAnotherShape() throws IOException {
        for (String json : List.of("null", "[]", "{\"pools\":3}", "{\"pools\":[1,{\"name\":{}}]}")) {
            assertTrue(print(Optional.of(ControlMessages.JSON.readTree(json))).contains("alice.example"), json);
        }
    }
}
