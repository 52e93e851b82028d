package warren.launcher.control;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Asks and answers as one line of JSON each. */
public final class ControlMessages {
    private static final int MOST_ASK_BYTES = 128 << 10;
    private static final int MOST_ANSWER_BYTES = 64 * 1024 * 1024;
    /** Writes what {@code --json} prints too. */
    public static final ObjectMapper JSON = JsonMapper.builder()
        .addModule(new Jdk8Module()).addModule(new JavaTimeModule())
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .build();

    private ControlMessages() { }

    static byte[] line(Object message) throws IOException {
        return (JSON.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static ControlAsk ask(InputStream stream) throws IOException {
        return Optional.ofNullable(JSON.readValue(line(stream, MOST_ASK_BYTES), ControlAsk.class))
            .orElseThrow(() -> new IOException("an ask that is null"));
    }

    static ControlAnswer answer(InputStream stream) throws IOException {
        return Optional.ofNullable(JSON.readValue(line(stream, MOST_ANSWER_BYTES), ControlAnswer.class))
            .orElseThrow(() -> new IOException("an answer that is null"));
    }

    private static byte[] line(InputStream stream, int most) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = stream.read(); next != '\n'; next = stream.read()) {
            if (next < 0 || bytes.size() >= most) {
                throw new IOException(next < 0 ? "the other side closed before a whole line" : "a line of more than "
                    + most + " bytes");
            }
            bytes.write(next);
        }
        return bytes.toByteArray();
    }
}
