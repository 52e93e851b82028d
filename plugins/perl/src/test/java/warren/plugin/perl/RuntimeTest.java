package warren.plugin.perl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The real runtime under real perl and a second UID: each {@code .t} file of {@code src/test/perl}, each line of its TAP
 * as a test. A file that ends early, skips, or has no plan fails.
 */
class RuntimeTest {
    private static final Path SCRIPTS = Path.of("src/test/perl").toAbsolutePath();

    @TestFactory
    Stream<DynamicNode> runtime() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.filter(file -> file.toString().endsWith(".t")).sorted().toList().stream().map(RuntimeTest::run);
        }
    }

    private static DynamicNode run(Path script) {
        return DynamicContainer.dynamicContainer(script.getFileName().toString(), Stream.of(script).flatMap(
            RuntimeTest::results));
    }

    private static Stream<DynamicTest> results(Path script) {
        Tap tap = Tap.of(script);
        List<DynamicTest> lines = tap.lines().stream().filter(line -> line.matches("(not )?ok \\d+.*")).map(line ->
            DynamicTest.dynamicTest(line.replaceFirst("^(not )?ok \\d+ (- )?", ""),
                () -> assertTrue(line.startsWith("ok") && !line.contains("# skip") && !line.contains("# TODO"),
                    () -> line + "\n" + String.join("\n", tap.lines())))).toList();
        DynamicTest whole = DynamicTest.dynamicTest("ran to its end", () -> {
            assertTrue(tap.lines().contains("1.." + lines.size()), () -> String.join("\n", tap.lines()));
            assertEquals(0, tap.status(), () -> String.join("\n", tap.lines()));
        });
        return Stream.concat(lines.stream(), Stream.of(whole));
    }

    private record Tap(int status, List<String> lines) {
        static Tap of(Path script) {
            try {
                Process perl = new ProcessBuilder("/usr/bin/perl", script.toString()).redirectErrorStream(true)
                    .redirectInput(new File("/dev/null")).start();
                String text = new String(perl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Tap(perl.waitFor(), text.lines().toList());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException("perl " + script, e);
            }
        }
    }
}
