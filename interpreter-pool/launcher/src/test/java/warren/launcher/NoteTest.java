package warren.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

class NoteTest {
    private static final Note NOTE = new Note(4711, 123_456_789_012L, Instant.parse("2026-11-25T01:02:03.456Z"),
        new UserId(60101), new GroupId(60102), List.of(new GroupId(60103), new GroupId(60104)), "0f".repeat(32));

    private record Order(Map<String, String> map, Set<String> set) { }

    @Test
    void isReadAsItWasWritten() throws IOException {
        assertEquals(NOTE, Note.parse(NOTE.text()));
    }

    @Test
    void isDamagedWhereAnyLineIsMissingOrOutOfRange() {
        for (String line : NOTE.text().lines().toList()) {
            assertThrows(IOException.class, () -> Note.parse(NOTE.text().replace(line + "\n", "")), line);
        }
        assertThrows(IOException.class, () -> Note.parse(NOTE.text().replace("user=60101", "user=0")));
        assertThrows(IOException.class, () -> Note.parse(NOTE.text().replace("pid=4711", "pid=4711x")));
        assertThrows(IOException.class, () -> Note.parse("\\u12"));
    }

    @Test
    void parsesTheKernelsLineWhateverTheProcessCallsItself() {
        String fields = " S 7 8 9 0 -1 4194304 1 0 0 0 100 20 3 1 20 0 1 0 987654 10 11";
        assertEquals(new ProcessStat(7, Duration.ofMillis(1240), 987_654), ProcessStat.parse("12 (sh)" + fields));
        assertEquals(new ProcessStat(7, Duration.ofMillis(1240), 987_654), ProcessStat.parse("12 (a) R 1 (b\n) )" + fields));
        assertEquals(ProcessHandle.current().parent().orElseThrow().pid(),
            ProcessStat.of((int) ProcessHandle.current().pid()).orElseThrow().parent());
    }

    @Test
    void fingerprintsDoNotDependOnTheOrderOfSetsAndMaps() {
        Map<String, String> there = new LinkedHashMap<>();
        Map<String, String> back = new LinkedHashMap<>();
        for (int i = 0; i < 9; i++) {
            there.put("n" + i, "v" + i);
            back.put("n" + (8 - i), "v" + (8 - i));
        }
        assertEquals(Fingerprint.of(new Order(there, new LinkedHashSet<>(there.keySet()))),
            Fingerprint.of(new Order(back, new LinkedHashSet<>(back.keySet()))));
    }

    @Test
    void fingerprintsTellEveryDifferenceOfSteps() {
        LaunchStep.Execute perl = new LaunchStep.Execute("/usr/bin/perl", List.of("perl", "a b"), Map.of("A", "1"));
        List<Object> others = List.of(
            new LaunchStep.Execute("/usr/bin/perl5", List.of("perl", "a b"), Map.of("A", "1")),
            new LaunchStep.Execute("/usr/bin/perl", List.of("perl", "a", "b"), Map.of("A", "1")),
            new LaunchStep.Execute("/usr/bin/perl", List.of("a b", "perl"), Map.of("A", "1")),
            new LaunchStep.Execute("/usr/bin/perl", List.of("perl", "a b"), Map.of("A", "2")),
            new LaunchStep.Execute("/usr/bin/perl", List.of("perl", "a b"), Map.of("A", "1", "B", "")),
            new LaunchStep.SetNice(1), new LaunchStep.SetNice(2), new LaunchStep.OwnRoot(Optional.empty(), List.of()));
        others.forEach(other -> assertNotEquals(Fingerprint.of(perl), Fingerprint.of(other), other.toString()));
        assertEquals(others.size(), others.stream().map(Fingerprint::of).distinct().count());
    }
}
