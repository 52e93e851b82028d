package warren.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramesTest {
    private static final VirtualHostName ALICE = new VirtualHostName("alice.example");
    private static final GenerationId SECOND = new GenerationId(ALICE, 2);
    private static final VirtualHost WHOLE = new VirtualHost(ALICE, Optional.of(Token.random(new SecureRandom())),
        "/srv/älice/htdocs", List.of(new Route.Application("/app", "/srv/alice/app.psgi"),
            new Route.Service("/counter", new VirtualHostName("counter")), new Route.Applications("", "/srv/älice/apps")),
        true, PoolSettings.DEFAULT, new LogRotation(1 << 20, 3), 7,
        Optional.empty(), Optional.of(new HealthCheck("/health?deep=1", 204)), OptionalLong.of(4_294_967_294L));

    static Stream<Ask> asks() {
        return Stream.of(new Ask.Configure(), new Ask.ListVirtualHosts(0, 1), new Ask.ListVirtualHosts(Long.MAX_VALUE, Integer.MAX_VALUE), new Ask.Retired(4711), new Ask.TellLimits(ALICE),
            new Ask.AwaitCredential(ALICE, "database"),
            new Ask.Launch(ALICE, true), new Ask.Stop(SECOND, true), new Ask.Kill(SECOND, 4711, false),
            new Ask.Kill(SECOND, 4711, true), new Ask.ListGenerations(), new Ask.RotateLog(ALICE),
            new Ask.TellQuota(SECOND), new Ask.TellPrivateMemory(List.of()),
            new Ask.TellPrivateMemory(Collections.nCopies(Ask.TellPrivateMemory.MOST_WEIGHED, LONGEST)),
            new Ask.TellPrivateMemory(List.of(new Ask.ToWeigh(new InterpreterId(SECOND, 4711), 64 << 20), new Ask.ToWeigh(new InterpreterId(SECOND, 4712), 0))),
            new Ask.TellCpuTime(SECOND, 4711),
            new Ask.ReportReload(ALICE, 3, ""), new Ask.ReportReload(ALICE, 3, "Can't locate Fö.pm at app.psgi line 3\n"));
    }

    private static final Ask.ToWeigh LONGEST =
        new Ask.ToWeigh(new InterpreterId(new GenerationId(new VirtualHostName("a".repeat(128)), Integer.MAX_VALUE), Integer.MAX_VALUE), Long.MAX_VALUE);

    static Stream<Answer> answers() {
        return Stream.of(new Answer.Configured("secret", "/run/warren/ajp/ajp.sock", 65536, "/w", "/l", "/l/owners", "/s", "/o"),
            new Answer.Listed(WHOLE),
            new Answer.Listed(new VirtualHost(ALICE, Optional.empty(), "", List.of(), false, PoolSettings.DEFAULT, 0,
                Optional.of("owner below the floor"))),
            new Answer.EndOfList(12), new Answer.Unlisted(ALICE), new Answer.EndOfChanges(13),
            new Answer.QuotaTold("memory 64M reached"), new Answer.QuotaTold(""), new Answer.CpuTimeTold(60_000), new Answer.PrivateMemoryTold(List.of(1L << 40, 0L)),
            new Answer.Launched(SECOND, "/r/s", "/r/l"),
            new Answer.LaunchFailed(ALICE, "IDENTITY", "setuid", Optional.of("EPERM"), "hint"),
            new Answer.LaunchFailed(ALICE, "plugin", "steps", Optional.empty(), "hint"),
            new Answer.Stopped(), new Answer.Killed(true), new Answer.Killed(false), new Answer.Noted(),
            new Answer.Running(new Answer.Launched(SECOND, "/r/s", "/r/l"), Long.MAX_VALUE), new Answer.EndOfGenerations(false),
            new Answer.EndOfGenerations(true), new Answer.Retire(), new Answer.LimitsTold("a\nb"), new Answer.CredentialAwaited("no such"), new Answer.CompareGenerations());
    }

    @ParameterizedTest
    @MethodSource("asks")
    void receivesTheAskThatWasSent(Ask ask) throws IOException {
        assertEquals(ask, Frames.receiveAsk(new ByteArrayInputStream(bytes(ask))));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void receivesTheAnswerThatWasSent(Answer answer) throws IOException {
        assertEquals(answer, Frames.receiveAnswer(new ByteArrayInputStream(bytes(answer))));
    }

    @ParameterizedTest
    @MethodSource("asks")
    void refusesAnAskThatIsCutAnywhere(Ask ask) throws IOException {
        byte[] whole = bytes(ask);
        for (int length = 0; length < whole.length; length++) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            assertThrows(MalformedFrame.class, () -> Frames.receiveAsk(new ByteArrayInputStream(part)));
        }
    }

    @Test
    void readsNoByteAfterAFrame() throws IOException {
        byte[] two = concat(bytes(new Ask.Launch(ALICE, true)), bytes(new Ask.Stop(SECOND, true)));
        ByteArrayInputStream stream = new ByteArrayInputStream(two);
        assertEquals(new Ask.Launch(ALICE, true), Frames.receiveAsk(stream));
        assertEquals(new Ask.Stop(SECOND, true), Frames.receiveAsk(stream));
        assertEquals(-1, stream.read());
    }

    @Test
    void writesTheBytesThatItsCommentShows() throws IOException {
        assertArrayEquals(new byte[] {0, 0, 0, 18, 3, 0, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 0},
            bytes(new Ask.Launch(new VirtualHostName("a"), false)));
    }

    @Test
    void refusesLengthsOutOfRange() {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Frames.MAX_BYTES + 1, Integer.MAX_VALUE}) {
            assertMalformedAsk(frame(length, new byte[] {1}));
        }
    }

    @Test
    void refusesUnknownTypesAndBytesAfterTheLastField() {
        assertMalformedAsk(frame(1, new byte[] {0}));
        assertMalformedAsk(frame(1, new byte[] {9}));
        assertMalformedAsk(frame(1, new byte[] {-1}));
        assertMalformedAsk(frame(2, new byte[] {1, 0}));
    }

    @Test
    void refusesNamesThatAreNone() throws IOException {
        for (String name : List.of("", "..", "a/../b", "/etc", "a\nb", "a\0", "-x", ".x", "ä", "a".repeat(129))) {
            assertMalformedAsk(launchOf(name.getBytes(StandardCharsets.UTF_8)));
        }
        assertMalformedAsk(launchOf(new byte[] {'a', (byte) 0xff}));
    }

    @Test
    void refusesPidsAndNumbersThatAreNone() throws IOException {
        for (long pid : new long[] {0, -1, Integer.MAX_VALUE + 1L, Long.MIN_VALUE}) {
            assertMalformedAsk(killOf(1, pid));
        }
        for (long generation : new long[] {0, -1, Long.MAX_VALUE}) {
            assertMalformedAsk(killOf(generation, 1));
        }
    }

    @Test
    void refusesALogRotationThatIsNone() {
        for (LogRotation good : List.of(LogRotation.DEFAULT, LogRotation.OFF, new LogRotation(1, 100))) {
            assertEquals(good, new LogRotation(good.bytes(), good.kept()));
        }
        assertThrows(IllegalArgumentException.class, () -> new LogRotation(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new LogRotation(1, 101));
    }

    @Test
    void neverFindsALogTooLongThatIsNotRotated() {
        assertEquals(false, LogRotation.OFF.isOverdue(Long.MAX_VALUE) || LogRotation.OFF.isDue(Long.MAX_VALUE - 1));
        assertEquals(true, new LogRotation(10, 1).isDue(10) && new LogRotation(10, 1).isOverdue(20));
        assertEquals(false, new LogRotation(10, 1).isDue(9) || new LogRotation(10, 1).isOverdue(19));
    }

    @Test
    void sendsNoFrameThatNobodyWouldReceive() {
        Ask tooLong = new Ask.ReportReload(ALICE, 1, "x".repeat(Frames.MAX_BYTES));
        assertThrows(MalformedFrame.class, () -> Frames.send(tooLong, new ByteArrayOutputStream()));
    }

    /** Bytes at random, and good frames with one byte changed: a frame or MalformedFrame, nothing else and no hang. */
    @Test
    void answersAnyBytesWithAFrameOrMalformedFrame() throws IOException {
        Random random = new Random(20261124);
        List<byte[]> good = new java.util.ArrayList<>();
        for (Ask ask : asks().toList()) {
            good.add(bytes(ask));
        }
        for (Answer answer : answers().toList()) {
            good.add(bytes(answer));
        }
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.get(random.nextInt(good.size())).clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            receive(bytes);
            byte[] noise = new byte[random.nextInt(64)];
            random.nextBytes(noise);
            receive(frame(noise.length, noise));
        }
    }

    private static void receive(byte[] bytes) throws IOException {
        try {
            Frames.receiveAsk(new ByteArrayInputStream(bytes));
        } catch (MalformedFrame expected) {
            // one of the two outcomes
        }
        try {
            Frames.receiveAnswer(new ByteArrayInputStream(bytes));
        } catch (MalformedFrame expected) {
            // one of the two outcomes
        }
    }

    private static void assertMalformedAsk(byte[] bytes) {
        assertThrows(MalformedFrame.class, () -> Frames.receiveAsk(new ByteArrayInputStream(bytes)));
    }

    private static byte[] launchOf(byte[] name) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeByte(3);
        out.writeLong(name.length);
        out.write(name);
        return frame(body.size(), body.toByteArray());
    }

    private static byte[] killOf(long generation, long pid) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeByte(5);
        out.writeLong(1);
        out.writeByte('a');
        out.writeLong(generation);
        out.writeLong(pid);
        out.writeLong(0);
        return frame(body.size(), body.toByteArray());
    }

    private static byte[] frame(int length, byte[] body) {
        byte[] head = {(byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length};
        return concat(head, body);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] bytes(Ask ask) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Frames.send(ask, out);
        return out.toByteArray();
    }

    private static byte[] bytes(Answer answer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Frames.send(answer, out);
        return out.toByteArray();
    }
}
