package warren.plugin.perl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The real runtime under real perl and a second UID: each {@code .t} file of {@code src/test/perl}, each line of its TAP
 * as a test. A file that ends early, skips, or has no plan fails. They run beside each other, one for each processor.
 */
class RuntimeTest {
    private static final Path SCRIPTS = Path.of("src/test/perl").toAbsolutePath();

    @TestFactory
    List<DynamicNode> runtime() throws Exception {
        List<Path> scripts;
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            scripts = files.filter(file -> file.toString().endsWith(".t")).sorted().toList();
        }
        List<Callable<DynamicNode>> runs = scripts.stream().<Callable<DynamicNode>>map(script -> () -> run(script)).toList();
        List<DynamicNode> nodes = new ArrayList<>();
        try (ExecutorService beside = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            for (Future<DynamicNode> node : beside.invokeAll(runs)) {
                nodes.add(node.get());
            }
        }
        return nodes;
    }

    private static DynamicNode run(Path script) {
        return DynamicContainer.dynamicContainer(script.getFileName().toString(), results(Tap.of(script)));
    }

    private static Stream<DynamicTest> results(Tap tap) {
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
