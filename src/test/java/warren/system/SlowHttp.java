package warren.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** slowhttptest: clients that read or send a few bytes now and then, until it is closed. */
final class SlowHttp implements AutoCloseable {
    private final Process process;

    private SlowHttp(Path output, List<String> words) throws IOException {
        List<String> all = new ArrayList<>(List.of("slowhttptest", "-r", "200", "-l", "600", "-p", "60"));
        all.addAll(words);
        process = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    /** Each takes 32 bytes a second through a window of at most 1 KB. */
    static SlowHttp readers(Path output, int count, String url) throws IOException {
        return new SlowHttp(output, List.of("-X", "-c", Integer.toString(count), "-u", url, "-w", "512", "-y", "1024",
            "-n", "1", "-z", "32"));
    }

    /** Each promises 8 KB and sends some bytes every two seconds. */
    static SlowHttp uploaders(Path output, int count, String url) throws IOException {
        return new SlowHttp(output, List.of("-B", "-c", Integer.toString(count), "-u", url, "-s", "8192", "-i", "2", "-x", "10"));
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
