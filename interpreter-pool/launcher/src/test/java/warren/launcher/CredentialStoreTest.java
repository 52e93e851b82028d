package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.VirtualHostName;
import warren.launcher.credentials.CredentialStore;

class CredentialStoreTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice");
    private static final VirtualHostName BOB = new VirtualHostName("bob");
    @TempDir
    private Path state;
    private CredentialStore store;

    @BeforeEach
    void fill() throws IOException {
        store = new CredentialStore(state);
        store.set(ALICE, "database", "secret".getBytes());
        store.set(ALICE, "mail", new byte[] {0, 1, -1});
    }

    @Test
    void keepsWhatItWasGivenForEachVirtualHost() throws IOException {
        CredentialStore again = new CredentialStore(state);
        assertArrayEquals("secret".getBytes(), again.find(ALICE, "database").orElseThrow());
        assertArrayEquals(new byte[] {0, 1, -1}, again.find(ALICE, "mail").orElseThrow());
        assertEquals(Optional.empty(), again.find(BOB, "database").map(Arrays::toString));
        assertEquals(List.of("database", "mail"), again.names(ALICE));
        assertTrue(again.remove(ALICE, "mail"));
        assertFalse(again.remove(ALICE, "mail"));
        assertEquals(List.of("database"), store.names(ALICE));
    }

    /** What can be written can be opened again. */
    @Test
    void takesNoMoreThanItCanOpen() throws IOException {
        store = new CredentialStore(state, 1 << 20);
        IOException full = assertThrows(IOException.class, () -> {
            for (int i = 0; i < 20; i++) {
                store.set(new VirtualHostName("host" + i), "large", new byte[64 << 10]);
            }
        });
        assertTrue(full.getMessage().startsWith("the store would have ") && full.getMessage().endsWith("nothing was changed"), full::getMessage);
        assertArrayEquals("secret".getBytes(), store.find(ALICE, "database").orElseThrow());
        assertEquals(2 * (64 << 10), store.bytesOf(List.of(new VirtualHostName("host0"), new VirtualHostName("host1"), BOB)));
        assertTrue(store.remove(new VirtualHostName("host0"), "large"));
    }

    @Test
    void isSealedAndRootsAlone() throws IOException {
        for (String name : List.of("credentials", "credentials.key")) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(name))));
        }
        byte[] before = Files.readAllBytes(state.resolve("credentials"));
        assertFalse(HexFormat.of().formatHex(before).contains(HexFormat.of().formatHex("secret".getBytes())));
        store.set(ALICE, "database", "secret".getBytes());
        byte[] after = Files.readAllBytes(state.resolve("credentials"));
        assertNotEquals(HexFormat.of().formatHex(before, 8, 20), HexFormat.of().formatHex(after, 8, 20), "a nonce is used once");
    }

    @Test
    void refusesEveryChangedByteAndEveryCut() throws IOException {
        Path file = state.resolve("credentials");
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 4;
            Files.write(file, bad);
            assertThrows(IOException.class, () -> store.find(ALICE, "database"), "byte " + i);
            Files.write(file, Arrays.copyOf(good, i));
            assertThrows(IOException.class, () -> store.find(ALICE, "database"), "cut at " + i);
        }
        Files.write(file, good);
        assertTrue(store.find(ALICE, "database").isPresent());
    }

    @Test
    void overwritesNothingThatItCannotOpen() throws IOException {
        Path file = state.resolve("credentials");
        byte[] bad = Files.readAllBytes(file);
        bad[bad.length - 1] ^= 1;
        Files.write(file, bad);
        assertThrows(IOException.class, () -> store.set(BOB, "x", new byte[1]));
        assertArrayEquals(bad, Files.readAllBytes(file));
        Files.delete(state.resolve("credentials.key"));
        assertThrows(IOException.class, () -> store.set(BOB, "x", new byte[1]), "a new key would be the end of what is there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "-x", "a b", "\u00e4", "a\nb"})
    void refusesNamesThatAreNoFilesName(String name) {
        assertThrows(IOException.class, () -> store.set(ALICE, name, new byte[1]));
    }

    @Test
    void refusesValuesThatAreEmptyOrTooLong() {
        assertThrows(IOException.class, () -> store.set(ALICE, "x", new byte[0]));
        assertThrows(IOException.class, () -> store.set(ALICE, "x", new byte[(64 << 10) + 1]));
    }
}
