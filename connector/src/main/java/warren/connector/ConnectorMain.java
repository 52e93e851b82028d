package warren.connector;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import warren.contract.Answer;
import warren.pool.LauncherClient;

/**
 * The connector's program. The launcher starts it as user {@code warren} with the AJP socket as descriptor 0 and its
 * own socket's path as the one argument. It prints {@code ready} on descriptor 1 once it serves, and on SIGTERM
 * finishes what is in flight and exits 0.
 *
 * <p>Other exit statuses are those of sysexits(3): 64 for wrong arguments, 69 where Tomcat cannot listen, 75 where the
 * launcher does not answer, 77 where it would have a privilege. A sentence on descriptor 2 says which.
 */
public final class ConnectorMain {
    private static final int USAGE = 64;
    private static final int UNAVAILABLE = 69;
    private static final int TRY_AGAIN = 75;
    private static final int NO_PERMISSION = 77;
    private static final int CONFIGURE_TRIES = 50;
    private static final int CONFIGURE_PAUSE_MILLIS = 200;

    private ConnectorMain() { }

    public static void main(String[] arguments) throws Exception {
        BoundedOutput.install();
        if (arguments.length != 1) {
            exit(USAGE, "usage: ConnectorMain PATH-OF-THE-LAUNCHER'S-SOCKET");
        }
        Optional<String> objection = OwnPrivileges.objection(Path.of("/proc/self/status"));
        if (objection.isPresent()) {
            exit(NO_PERMISSION, objection.get());
        }
        LauncherClient launcher = new LauncherClient(Path.of(arguments[0]));
        Answer.Configured configured = configure(launcher);
        AdministratorsLog.openIn(Path.of(configured.logDirectory()));
        try {
            Service.start(launcher, configured);
        } catch (Exception e) {
            exit(UNAVAILABLE, "the connector cannot serve: " + e);
        }
        System.out.println("ready");
        System.out.flush();
    }

    private static Answer.Configured configure(LauncherClient launcher) throws InterruptedException {
        for (int left = CONFIGURE_TRIES;; left--) {
            try {
                return launcher.configure();
            } catch (IOException e) {
                if (left == 1) {
                    exit(TRY_AGAIN, "the launcher does not say how to serve: " + e);
                }
                Thread.sleep(CONFIGURE_PAUSE_MILLIS);
            }
        }
    }

    private static void exit(int status, String sentence) {
        System.err.println(sentence);
        System.exit(status);
    }
}
