package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Plack's own suite of what a PSGI server must do, all of it, through httpd. */
final class ConformanceTest {
    private static final int LEAST_TESTS = 30;

    @Test
    void everyTestOfPlacksSuitePasses() throws Exception {
        Path suite = Path.of(System.getProperty("warren.checkout"), "plugins/perl/src/test/perl/conformance");
        try (Machine machine = new Machine()) {
            machine.addOwner("alice", Machine.ALICE);
            machine.write("alice", Machine.ALICE, "app/app.psgi", Files.readString(suite.resolve("conformance.psgi")), "644");
            machine.start();
            Command run = Command.run("perl", suite.resolve("conformance.pl").toString(), machine.url() + "/app");
            System.out.println(run.output().lines().filter(line -> !line.startsWith("    ")).toList());
            assertEquals(0, run.exitStatus(), run.output());
            assertTrue(run.output().lines().filter(line -> line.startsWith("ok ")).count() >= LEAST_TESTS, run.output());
            assertTrue(run.output().lines().noneMatch(line -> line.contains("# skip") || line.contains("# SKIP")), run.output());
        }
    }
}
