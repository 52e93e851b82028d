package warren.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OwnersAskTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice.example");

    private static byte[] bytes(OwnersAsk ask) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ask.sendTo(bytes);
        return bytes.toByteArray();
    }

    @Test
    void receivesWhatWasSent() throws IOException {
        for (OwnersAsk.Verb verb : OwnersAsk.Verb.values()) {
            Optional<String> credential = Optional.of("database").filter(name -> verb == OwnersAsk.Verb.GIVE_CREDENTIAL);
            OwnersAsk ask = new OwnersAsk(verb, Optional.of(ALICE), 600, credential);
            assertEquals(ask, OwnersAsk.receive(new ByteArrayInputStream(bytes(ask))));
        }
        OwnersAsk all = new OwnersAsk(OwnersAsk.Verb.STATUS, Optional.empty(), 1);
        assertEquals(all, OwnersAsk.receive(new ByteArrayInputStream(bytes(all))));
    }

    @Test
    void refusesEverythingElse() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> new OwnersAsk(OwnersAsk.Verb.STOP, Optional.empty(), 1));
        assertThrows(IllegalArgumentException.class, () -> new OwnersAsk(OwnersAsk.Verb.STATUS, Optional.empty(), 0));
        assertThrows(IllegalArgumentException.class, () -> new OwnersAsk(OwnersAsk.Verb.GIVE_CREDENTIAL, Optional.of(ALICE), 1));
        assertThrows(IllegalArgumentException.class, () -> new OwnersAsk(OwnersAsk.Verb.LIMITS, Optional.of(ALICE), 1, Optional.of("database")));
        byte[] good = bytes(new OwnersAsk(OwnersAsk.Verb.RELOAD, Optional.of(ALICE), 60));
        for (int length = 0; length < good.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(good, length);
            assertThrows(IOException.class, () -> OwnersAsk.receive(new ByteArrayInputStream(cut)));
        }
        Random random = new Random(6);
        for (int i = 0; i < 10_000; i++) {
            byte[] changed = good.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                OwnersAsk.receive(new ByteArrayInputStream(changed));
            } catch (IOException expected) {
                assertTrue(expected.getMessage().length() > 3);
            }
        }
    }

    @Test
    void anAnswerThatIsTooLongIsCut() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new OwnersAnswer(true, Collections.nCopies(5000, "x".repeat(100))).sendTo(bytes);
        OwnersAnswer answer = OwnersAnswer.receive(new ByteArrayInputStream(bytes.toByteArray()));
        assertTrue(answer.good() && answer.lines().size() > 100);
        assertEquals("...", answer.lines().getLast());
        bytes.reset();
        new OwnersAnswer(false, List.of("no")).sendTo(bytes);
        assertEquals(new OwnersAnswer(false, List.of("no")), OwnersAnswer.receive(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
