package warren.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Jazzer in a JVM of its own, where its agent meets nobody else's. New inputs go into {@code target/corpus/NAME}, what
 * breaks a promise into {@code target/found/NAME}; only {@link #keep} touches the kept corpus.
 */
final class Jazzer {
    /** Its checks for injections: nothing here does SQL, LDAP, scripts or the like. */
    private static final String NO_HOOKS = Stream.of("ClojureLangHooks", "Deserialization", "ExpressionLanguageInjection",
            "FilePathTraversal", "LdapInjection", "NamingContextLookup", "OsCommandInjection", "ReflectiveCall", "RegexInjection",
            "ScriptEngineInjection", "ServerSideRequestForgery", "SqlInjection", "TemplateInjection", "UnsafeSanitizer",
            "XPathInjection", "XmlParserSsrfGuidance")
        .map(name -> "com.code_intelligence.jazzer.sanitizers." + name).collect(Collectors.joining(":"));

    private static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final Target target;
    private final Path log;

    Jazzer(Target target) throws IOException {
        this.target = target;
        Files.createDirectories(newInputs());
        Files.createDirectories(found());
        log = Target.directory().resolve("target/" + target + ".log");
    }

    private Path newInputs() {
        return Target.directory().resolve("target/corpus").resolve(target.name());
    }

    private Path found() {
        return Target.directory().resolve("target/found").resolve(target.name());
    }

    /** A few seconds' work, and less of it where the machine is too slow for that; whether it found nothing. */
    boolean fuzzShortly() throws IOException, InterruptedException {
        return run(QUICK_START, List.of("-runs=" + target.shortRuns(), "-max_total_time=10", newInputs().toString(),
            target.corpus().toString())) == 0;
    }

    /** Whether it found nothing. */
    boolean fuzz(Duration time) throws IOException, InterruptedException {
        return run(List.of(), List.of("-max_total_time=" + time.toSeconds(), newInputs().toString(),
            target.corpus().toString())) == 0;
    }

    /** Of the new inputs those that reach what no kept one reaches. */
    void keep() throws IOException, InterruptedException {
        if (run(QUICK_START, List.of("-merge=1", target.corpus().toString(), newInputs().toString())) != 0) {
            throw new IOException("the new inputs of " + target + " could not be merged; see " + log);
        }
    }

    private int run(List<String> options, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx512m", "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + temporary(),
            "-Dwarren.log.directory=" + Target.directory().resolve("target"),
            "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + target.className(), "--instrumentation_includes=warren.**", "--custom_hook_includes=warren.**",
            "--disabled_hooks=" + NO_HOOKS, "--reproducer_path=" + found(), "-artifact_prefix=" + found() + "/",
            "-timeout=120", "-rss_limit_mb=3000", "-print_final_stats=1"));
        command.addAll(1, options);
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    }

    private static Path temporary() throws IOException {
        return Files.createDirectories(Target.directory().resolve("target/tmp"));
    }

    /** How it went, and where what it found lies. */
    String summary() throws IOException {
        List<String> lines = Files.readAllLines(log, java.nio.charset.StandardCharsets.ISO_8859_1);
        String told = lines.stream().filter(line -> line.matches(
            "Done .*|stat::(number_of_executed_units|new_units_added).*|.*(== Java Exception|Caused by:|Test unit written).*"))
            .map(line -> line.replaceAll("\\s+", " ")).collect(Collectors.joining("; "));
        String covered = lines.stream().filter(line -> line.contains(" cov: ")).reduce("", (first, last) -> last);
        return target + ": " + told + "; " + covered.replaceAll(".*(cov: \\d+ ft: \\d+ corp: \\d+).*", "$1") + " (" + log + ")";
    }
}
