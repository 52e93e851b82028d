package warren.launcher.database;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Programs run under another UID, by {@code setpriv(1)}: without root's rights, environment, directory or input. */
final class ClientProgram {
    private static final int MOST_SECONDS = 60;
    private static final int MOST_BYTES = 1 << 20;

    private ClientProgram() { }

    /** What one said: its output, with the errors in it, and its exit status. */
    record Said(int status, String text) {
        boolean isGood() {
            return status == 0;
        }
    }

    static Said run(long uid, long gid, List<String> command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid", Long.toString(uid), "--regid", Long.toString(gid),
            "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words).directory(new File("/")).redirectErrorStream(true)
            .redirectInput(new File("/dev/null"));
        builder.environment().clear();
        // the clients' messages are compared and shown
        builder.environment().putAll(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C.UTF-8", "HOME", "/nonexistent"));
        Process process = builder.start();
        process.onExit().orTimeout(MOST_SECONDS, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly());
        String text = new String(process.getInputStream().readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip();
        process.getInputStream().close();
        return new Said(process.waitFor(), text);
    }
}
