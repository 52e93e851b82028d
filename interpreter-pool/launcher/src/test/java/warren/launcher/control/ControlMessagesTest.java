package warren.launcher.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import warren.launcher.cgroup.GroupUse;

class ControlMessagesTest {
    @Test
    void receivesWhatWasSent() throws IOException {
        ControlAsk ask = new ControlAsk(ControlAsk.Verb.RELOAD, Optional.of("alice"), 30);
        assertEquals(ask, ControlMessages.ask(new ByteArrayInputStream(ControlMessages.line(ask))));
        ControlAnswer answer = new ControlAnswer(false, List.of("a\nb", "ü"), Optional.of(new LauncherStatus(1,
            Optional.empty(), 2, List.of(new LauncherStatus.Host("a", Optional.of(60101L), Optional.of(60102L),
                Optional.empty(), List.of(new LauncherStatus.Running(1, 5, Instant.ofEpochSecond(7), List.of(5, 6))),
                Optional.of(new GroupUse(OptionalLong.of(1), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(2),
                    OptionalLong.of(3), OptionalLong.of(4), OptionalLong.of(5), OptionalLong.of(7), OptionalLong.empty(), OptionalLong.of(6))))))));
        assertEquals(answer, ControlMessages.answer(new ByteArrayInputStream(ControlMessages.line(answer))));
    }

    @Test
    void refusesAnAskThatIsNone() {
        for (String line : List.of("", "{}\n", "null\n", "[]\n", "{\"verb\":\"EXECUTE\",\"virtualHost\":null,\"withinSeconds\":1}\n",
                "{\"verb\":\"STOP\",\"virtualHost\":null,\"withinSeconds\":0}\n",
                "{\"verb\":\"STOP\",\"virtualHost\":null,\"withinSeconds\":1,\"uid\":0}\n",
                "{\"verb\":\"STOP\",\"virtualHost\":null,\"withinSeconds\":1}", "x".repeat(5000) + "\n")) {
            assertThrows(IOException.class,
                () -> ControlMessages.ask(new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8))), line);
        }
    }
}
