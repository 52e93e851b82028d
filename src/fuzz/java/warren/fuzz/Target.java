package warren.fuzz;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A parser that strangers reach, by the class that feeds it. Its kept inputs lie in {@code corpus/NAME}. */
enum Target {
    RecordReader("warren.pool", 3_000),
    ResponseHead("warren.pool", 6_000),
    Interpreter("warren.pool", 2_000),
    RequestWriter("warren.pool", 6_000),
    Frames("warren.contract", 50_000),
    UrlPath("warren.connector", 15_000),
    LogText("warren.connector", 100_000);

    private final String className;
    private final int shortRuns;

    Target(String packageName, int shortRuns) {
        this.className = packageName + "." + name() + "Target";
        this.shortRuns = shortRuns;
    }

    /** Inputs tried on each build, which take about two seconds. */
    int shortRuns() {
        return shortRuns;
    }

    String className() {
        return className;
    }

    /** Of the module, which the build names. */
    static Path directory() {
        return Path.of(System.getProperty("fuzz.directory"));
    }

    Path corpus() {
        return directory().resolve("corpus").resolve(name());
    }

    List<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.list(corpus())) {
            return files.sorted().toList();
        }
    }

    /** One input, without a fuzzer. */
    void run(byte[] input) throws Throwable {
        try {
            Class.forName(className).getMethod("fuzzerTestOneInput", byte[].class).invoke(null, (Object) input);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
