package warren.httpd;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;

/**
 * The text of secrets.conf, which httpd includes: for each virtual host a macro with its worker and one with its
 * token. It only renders; whoever writes it sees to it that root alone can read it.
 */
public final class SecretsFile {
    /**
     * A connection of httpd's that was idle for so long is not used again: a new one costs little, and an earlier connector stays
     * until none can be used any more. The connector keeps idle ones for 30 seconds, so that it never closes one that httpd is
     * about to use.
     */
    public static final Duration WORKER_TTL = Duration.ofSeconds(10);
    /** httpd gives up so much later than Warren, whose answer says more. */
    static final Duration MARGIN = Duration.ofSeconds(30);
    private static final String SECRET = "[A-Za-z0-9]{16,256}";
    private static final String SOCKET = "/[A-Za-z0-9/._-]{1,100}"; // sun_path holds 108 bytes, unix(7)
    private final String secret;
    private final String socket;

    /**
     * @param secret the AJP secret, 16 to 256 letters and digits
     * @param socket the AJP socket's absolute path, of letters, digits and {@code /._-}
     * @throws IllegalArgumentException where one has another form; the secret is not quoted
     */
    public SecretsFile(String secret, Path socket) {
        if (!secret.matches(SECRET)) {
            throw new IllegalArgumentException("an AJP secret is 16 to 256 letters and digits");
        }
        if (!socket.toString().matches(SOCKET)) {
            throw new IllegalArgumentException("the socket " + socket + " is not of the form " + SOCKET);
        }
        this.secret = secret;
        this.socket = socket.toString();
    }

    /** The file for these virtual hosts, in their order. */
    public String render(Collection<VirtualHostSecret> virtualHosts) {
        StringBuilder text = new StringBuilder("""
            # Made by Warren; changes are lost. Root alone may read this: whoever knows it can speak as httpd.
            """);
        virtualHosts.forEach(virtualHost -> text.append(macros(virtualHost)));
        return text.toString();
    }

    private String macros(VirtualHostSecret virtualHost) {
        String name = virtualHost.name();
        long timeout = virtualHost.longestRequest().plus(MARGIN).plusMillis(999).toSeconds();
        // not formatted(): that takes longer than all the rest of a reload
        return "<Macro WarrenWorker-" + name + ">\n"
            + "    <Proxy \"unix:" + socket + "|ajp://" + name + "\">\n"
            + "        ProxySet secret=" + secret + " retry=0 ttl=" + WORKER_TTL.toSeconds() + " timeout=" + timeout + "\n"
            + "    </Proxy>\n"
            + "</Macro>\n"
            + "<Macro WarrenToken-" + name + ">\n"
            + "    SetEnv AJP_WARREN_VHOST \"" + name + " " + virtualHost.token() + "\"\n"
            + "</Macro>\n";
    }

    @Override
    public String toString() {
        return "secrets.conf for " + socket;
    }
}
