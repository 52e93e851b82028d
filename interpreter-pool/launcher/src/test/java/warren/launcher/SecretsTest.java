package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import warren.contract.VirtualHostName;

class SecretsTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice.example");
    private static final VirtualHostName BOB = new VirtualHostName("bob.example");
    @TempDir
    Path state;

    private Path file() {
        return state.resolve("secrets.properties");
    }

    @Test
    void keepsTokensAndTheAjpSecretOverARestart() throws IOException {
        Secrets first = Secrets.load(state);
        first.keepFor(List.of(ALICE, BOB));
        Secrets second = Secrets.load(state);
        assertEquals(first.tokens(), second.tokens());
        assertEquals(first.ajpSecret(), second.ajpSecret());
        assertEquals(Set.of(ALICE, BOB), second.tokens().keySet());
        assertNotEquals(second.tokens().get(ALICE), second.tokens().get(BOB));
    }

    @Test
    void aVirtualHostThatWasAwayGetsAnotherToken() throws IOException {
        Secrets secrets = Secrets.load(state);
        secrets.keepFor(List.of(ALICE, BOB));
        var before = secrets.tokens();
        secrets.keepFor(List.of(ALICE));
        secrets.keepFor(List.of(ALICE, BOB));
        assertEquals(before.get(ALICE), secrets.tokens().get(ALICE));
        assertNotEquals(before.get(BOB), secrets.tokens().get(BOB));
    }

    @Test
    void onlyRootCanReadTheFileAndNoHalfOneIsLeft() throws IOException {
        Secrets.load(state).keepFor(List.of(ALICE));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
        try (var entries = Files.list(state)) {
            assertEquals(List.of(file()), entries.toList());
        }
    }

    @Test
    void replacesTheFileInsteadOfWritingIntoIt() throws IOException {
        Secrets secrets = Secrets.load(state);
        secrets.keepFor(List.of(ALICE));
        Object before = Files.getAttribute(file(), "unix:ino");
        Path other = Files.createLink(state.resolve("held"), file());
        String held = Files.readString(other);
        secrets.keepFor(List.of(ALICE, BOB));
        assertNotEquals(before, Files.getAttribute(file(), "unix:ino"));
        assertEquals(held, Files.readString(other));
    }

    @Test
    void writesThroughNoLinkThatWasLeftInItsWay() throws IOException {
        Path victim = Files.writeString(state.resolve("victim"), "untouched");
        Files.createSymbolicLink(state.resolve("secrets.properties.new"), victim);
        Secrets.load(state).keepFor(List.of(ALICE));
        assertEquals("untouched", Files.readString(victim));
        assertFalse(Files.isSymbolicLink(file()));
    }

    @Test
    void refusesADamagedFileAndLeavesItAsItIs() throws IOException {
        for (String damaged : List.of("ajp=short\n", "vhost.alice.example=zz\n", "vhost.../x=" + "a".repeat(64) + "\n",
                "ajp=\\u00zz\n")) {
            Files.writeString(file(), damaged);
            IOException refused = assertThrows(IOException.class, () -> Secrets.load(state));
            assertTrue(refused.getMessage().startsWith(file() + " is damaged: "), refused.getMessage());
            assertEquals(damaged, Files.readString(file()));
        }
    }

    @Test
    void saysNoSecretOfADamagedFile() throws IOException {
        Files.writeString(file(), "vhost.alice.example=" + "A".repeat(64) + "\n");
        IOException refused = assertThrows(IOException.class, () -> Secrets.load(state));
        assertFalse(refused.getMessage().contains("AAAA"), refused.getMessage());
    }
}
