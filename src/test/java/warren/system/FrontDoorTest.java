package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What alice tries with her {@code .htaccess} to have bob's code run for her request. Each attack is first made
 * through an httpd that is weakened on purpose (a worker with the secret in the main server, and bob's token given
 * away), where it succeeds, and then through the real one.
 */
final class FrontDoorTest {
    private static Machine machine;
    private static int weakPort;
    private static String bobsToken;
    private static String alicesToken;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE);
        machine.addOwner("bob", Machine.BOB);
        machine.start();
        String secrets = Files.readString(machine.base().resolve("state/secrets.conf"));
        bobsToken = tokenOf("bob.localhost", secrets);
        alicesToken = tokenOf("alice.localhost", secrets);
        weakPort = Machine.freePort();
        machine.startHttpd(machine.writeConfiguration("weak.conf", weakPort, """
            Use WarrenWorker-bob.localhost
            <VirtualHost 127.0.0.1:@port@>
                ServerName   alice.localhost
                DocumentRoot "@base@/sites/alice/htdocs"
            </VirtualHost>
            """), weakPort);
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static String tokenOf(String name, String secrets) {
        return secrets.replaceAll("(?s).*\"" + name + " ([0-9a-f]{64})\".*", "$1");
    }

    /** The attacks: {@code SOCK} is the AJP socket, {@code CLAIM} what alice says that she is. */
    private static Map<String, String> attacks() {
        Map<String, String> attacks = new LinkedHashMap<>();
        attacks.put("SetHandler and SetEnv", """
            SetHandler "proxy:unix:SOCK|ajp://bob.localhost/app"
            SetEnv AJP_WARREN_VHOST "CLAIM"
            """);
        attacks.put("RewriteRule P and SetEnv", """
            RewriteEngine On
            RewriteRule ^ unix:SOCK|ajp://bob.localhost/app/ [P]
            SetEnv AJP_WARREN_VHOST "CLAIM"
            """);
        attacks.put("RewriteRule P with E", """
            RewriteEngine On
            RewriteRule ^ - [E=AJP_WARREN_VHOST:CLAIM]
            RewriteRule ^ unix:SOCK|ajp://bob.localhost/app/ [P]
            """.replace("CLAIM]", "CLAIM_ESCAPED]"));
        attacks.put("SetHandler and SetEnvIf", """
            SetHandler "proxy:unix:SOCK|ajp://bob.localhost/app"
            SetEnvIf Request_URI ^ "AJP_WARREN_VHOST=CLAIM"
            """);
        attacks.put("RewriteRule P, another's Host header and REMOTE_USER", """
            RewriteEngine On
            RequestHeader set Host bob.localhost
            SetEnv REMOTE_USER admin
            RewriteRule ^ unix:SOCK|ajp://bob.localhost/app/ [P]
            SetEnv AJP_WARREN_VHOST "CLAIM"
            """);
        attacks.put("the handler's own variables", """
            RewriteEngine On
            RewriteRule ^ unix:SOCK|ajp://bob.localhostBASE/sites/bob/htdocs/perl/who.pl [P]
            SetEnv AJP_WARREN_URI /perl/who.pl
            SetEnv AJP_WARREN_PATH_INFO ""
            SetEnv AJP_WARREN_REQUEST_URI /perl/who.pl
            SetEnv AJP_WARREN_VHOST "CLAIM"
            """);
        attacks.put("a path made of dots", """
            RewriteEngine On
            RewriteRule ^ unix:SOCK|ajp://bob.localhost/x/../app/ [P]
            SetEnv AJP_WARREN_VHOST "CLAIM"
            """);
        return attacks;
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> htaccessAttacksReachBobOnlyThroughAWeakenedHttpd() {
        return attacks().entrySet().stream().map(attack -> DynamicTest.dynamicTest(attack.getKey(), () -> {
            Reply weak = attempt(attack.getValue(), "bob.localhost " + bobsToken, weakPort);
            assertTrue(weak.body().contains("uid=60102"), "shown to work: " + weak);
            Reply withoutToken = attempt(attack.getValue(), "bob.localhost " + alicesToken, weakPort);
            assertEquals(403, withoutToken.status(), "the token alone holds: " + withoutToken);
            Reply withoutSecret = attemptReal(attack.getValue(), "bob.localhost " + bobsToken);
            assertFalse(withoutSecret.body().contains("uid=60102"), "the secret alone holds: " + withoutSecret);
            Reply real = attemptReal(attack.getValue(), "bob.localhost " + alicesToken);
            assertFalse(real.body().contains("uid=60102"), real.toString());
            // through her own worker, which does have the secret
            Reply own = attemptReal(attack.getValue().replace("ajp://bob.", "ajp://alice."), "bob.localhost " + alicesToken);
            assertFalse(own.body().contains("uid=60102"), own.toString());
        }));
    }

    private static Reply attemptReal(String htaccess, String claim) throws Exception {
        return attempt(htaccess, claim, -1);
    }

    private static Reply attempt(String htaccess, String claim, int port) throws Exception {
        String text = htaccess.replace("SOCK", machine.base().resolve("run/ajp/ajp.sock").toString())
            .replace("BASE", machine.base().toString())
            .replace("CLAIM_ESCAPED", claim.replace(" ", "\\ ")).replace("CLAIM", claim);
        machine.write("alice", Machine.ALICE, "htdocs/attack/x", "x", "644");
        Path file = machine.write("alice", Machine.ALICE, "htdocs/attack/.htaccess", text, "644");
        try {
            Http http = port < 0 ? machine.http() : new Http(port);
            return http.get("alice.localhost", "/attack/x");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void anOwnersOwnClaimToBeAnotherIsRefusedOnTheHandlersRoute() throws Exception {
        Path file = machine.write("alice", Machine.ALICE, "htdocs/perl/.htaccess",
            "SetEnv AJP_WARREN_VHOST \"bob.localhost " + alicesToken + "\"\n", "644");
        try {
            assertEquals(403, machine.http().get("alice.localhost", "/perl/who.pl").status());
        } finally {
            Files.delete(file);
        }
        assertEquals(200, machine.http().get("alice.localhost", "/perl/who.pl").status());
    }

    @Test
    void theHostHeaderChoosesNoOwner() throws Exception {
        Reply reply = machine.http().send("GET http://bob.localhost/app/ HTTP/1.1\r\nHost: alice.localhost\r\n"
            + "X-Forwarded-Host: alice.localhost\r\nConnection: close\r\n\r\n", new byte[0]);
        assertTrue(reply.body().contains("uid=60102"), "an absolute URI is httpd's to route: " + reply);
    }

    @Test
    void noOwnerCanConnectToAnySocket() throws Exception {
        for (String socket : new String[] {"ajp/ajp.sock", "launcher/launcher.sock", "control/control.sock",
            "connector/status.sock", "generations/bob.localhost.1.sock"}) {
            machine.http().get("bob.localhost", "/perl/who.pl");
            Command tried = Command.run("setpriv", "--reuid", "60101", "--regid", "60101", "--clear-groups", "perl",
                "-MIO::Socket::UNIX", "-e", "exit(IO::Socket::UNIX->new(Peer => shift) ? 0 : $!{EACCES} ? 7 : 8)",
                machine.base().resolve("run").resolve(socket).toString());
            assertEquals(7, tried.exitStatus(), socket + " " + tried.output());
        }
    }

    @Test
    void underscoredAndProxyHeadersDoNotReachTheCode() throws Exception {
        machine.write("alice", Machine.ALICE, "htdocs/perl/env.pl",
            "print \"Content-Type: text/plain\\n\\n\", map {\"$_=$ENV{$_}\\n\"} sort keys %ENV;", "644");
        Reply reply = machine.http().send("GET /perl/env.pl HTTP/1.1\r\nHost: alice.localhost\r\nX-Auth: real\r\n"
            + "Proxy: http://evil/\r\nConnection: close\r\n\r\n", new byte[0]);
        assertTrue(reply.body().contains("HTTP_X_AUTH=real\n"), reply.body());
        assertFalse(reply.body().contains("HTTP_PROXY") || reply.body().contains("WARREN_VHOST="), reply.body());
    }
}
