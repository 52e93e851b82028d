package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import warren.contract.PoolSettings;
import warren.contract.Route;
import warren.contract.SpoolLimits;
import warren.contract.Token;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/** The connector's own program behind a real httpd, with Perl interpreters. */
class ThroughHttpdTest {
    private static final String ALICE = "1".repeat(64);
    private static final String BOB = "2".repeat(64);
    private static RealConnector connector;
    private static RealHttpd httpd;
    private static Path htdocs;

    @BeforeAll
    static void start() throws Exception {
        connector = new RealConnector(hosts());
        htdocs = Files.createDirectories(hostDirectory().resolve("htdocs"));
        Files.writeString(Files.createDirectories(htdocs.resolve("perl")).resolve("a b.pl"), "");
        Path owned = Files.createDirectories(htdocs.resolve("owned"));
        Files.writeString(owned.resolve("x.pl"), "");
        Files.writeString(owned.resolve(".htaccess"), "SetEnvIf Request_URI . \"AJP_WARREN_VHOST=bob.localhost " + BOB
            + "\"\n");
        Files.writeString(htdocs.resolveSibling("users"), "carol:{SHA}" + sha1("pw") + "\n");
        httpd = new RealHttpd(hostDirectory(), connector.ajpSocket(), macros(), sections());
    }

    @AfterAll
    static void stop() throws Exception {
        try (RealConnector second = connector; RealHttpd first = httpd) {
            assertTrue(second.process.isAlive());
        }
    }

    private static Path hostDirectory() {
        return connector.directory;
    }

    private static List<VirtualHost> hosts() {
        // The document root is made of the connector's directory, which does not exist yet: any below /tmp will do.
        PoolSettings pool = new PoolSettings(0, 2, 0, 2, 1000, 100, 4, RealConnector.deadlines(Duration.ofSeconds(2)),
            SpoolLimits.DEFAULT);
        Route application = new Route.Application("/app", "/srv/alice/app.psgi");
        Route deeper = new Route.Application("/app/deep", "/srv/alice/deep.psgi");
        Route service = new Route.Service("/counter", new VirtualHostName("counter"));
        return List.of(
            host("alice.localhost", Optional.of(ALICE), List.of(application, deeper, service), pool, Optional.empty()),
            host("bob.localhost", Optional.of(BOB), List.of(application), pool, Optional.empty()),
            host("bad.localhost", Optional.of("3".repeat(64)), List.of(application), pool, Optional.of("no owner")),
            host("counter", Optional.empty(), List.of(new Route.Application("", "/srv/counter.psgi")), pool,
                Optional.empty()));
    }

    private static VirtualHost host(String name, Optional<String> token, List<Route> routes, PoolSettings pool,
                                    Optional<String> quarantine) {
        return new VirtualHost(new VirtualHostName(name), token.map(Token::new), "/tmp/", routes, true, pool, 0,
            quarantine);
    }

    private static String macros() {
        return """
            <Macro Worker $name $secret>
              <Proxy "${AJP}//$name">
                ProxySet secret=$secret retry=0
              </Proxy>
            </Macro>
            <Macro WarrenWorker-alice.localhost>
              Use Worker alice.localhost %1$s
              Use Worker stranger.localhost not-the-secret
            </Macro>
            <Macro Token $claim>
              SetEnv AJP_WARREN_VHOST "$claim"
            </Macro>
            <Macro Location $name $path $claim>
              ProxyPass "$path" "${AJP}//$name$path" nocanon
              <Location "$path">
                Use Token "$claim"
              </Location>
            </Macro>
            <Macro Handler $name>
              SetHandler "proxy:${AJP}//$name"
              SetEnvIfExpr "%%{PATH_INFO} =~ /(?s)^(.*)$/" AJP_WARREN_PATH_INFO=$1
              SetEnvIfExpr "%%{REQUEST_URI} =~ /(?s)^(.*)$/" AJP_WARREN_URI=$1
              SetEnvIfExpr "%%{THE_REQUEST} =~ /^[^ ]+ ([^ ]+)/" AJP_WARREN_REQUEST_URI=$1
              Use Token "$name %2$s"
            </Macro>
            """.formatted(RealConnector.SECRET, ALICE);
    }

    private static String sections() {
        return """
            Use Location alice.localhost /app     "alice.localhost %1$s"
            Use Location alice.localhost /counter "alice.localhost %1$s"
            Use Location alice.localhost /none    "alice.localhost %1$s"
            Use Location alice.localhost /wrong   "bob.localhost %1$s"
            Use Location alice.localhost /unknown "nobody.localhost %1$s"
            Use Location alice.localhost /service "counter %1$s"
            Use Location alice.localhost /bad     "bad.localhost %3$s"
            Use Location stranger.localhost /stranger "alice.localhost %1$s"
            ProxyPass /missing ${AJP}//alice.localhost/app nocanon
            <LocationMatch "length|short">
              SetEnv ap_trust_cgilike_cl 1
            </LocationMatch>
            <Location /app/private>
              AuthType Basic
              AuthName test
              AuthUserFile "%4$s/users"
              Require valid-user
            </Location>
            AllowEncodedSlashes NoDecode
            <Directory "%4$s">
              AllowOverride FileInfo
              <FilesMatch "\\.pl$">
                Use Handler alice.localhost
              </FilesMatch>
            </Directory>
            """.formatted(ALICE, BOB, "3".repeat(64), hostDirectory());
    }

    private static String sha1(String text) throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.US_ASCII));
        return Base64.getEncoder().encodeToString(digest);
    }

    private static void assertStatus(int status, String response) throws IOException {
        assertTrue(response.startsWith("HTTP/1.1 " + status + " "), () -> response + "\n" + logs());
    }

    private static String logs() {
        try {
            return connector.administratorsLog() + httpd.log();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void assertVariable(String expected, String response) {
        assertTrue(response.contains("\n" + expected + "\n"), () -> expected + " expected in " + response);
    }

    private static String requestId(String page) {
        Matcher id = Pattern.compile("<p>Request ([0-9a-z]+)</p>").matcher(page);
        assertTrue(id.find(), page);
        return id.group(1);
    }

    private static void assertLogged(String page, String what) throws IOException {
        String id = requestId(page);
        List<String> lines = connector.administratorsLog().lines().filter(line -> line.contains("id=" + id)).toList();
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains(what), lines.get(0));
    }

    @Test
    void servesAUrlSpaceByItsLongestRoute() throws Exception {
        String response = httpd.get("/app/deep/er/x?a=b%20c");
        assertStatus(200, response);
        assertVariable("SCRIPT_NAME=/app/deep", response);
        assertVariable("PATH_INFO=/er/x", response);
        assertVariable("SCRIPT_FILENAME=/srv/alice/deep.psgi", response);
        assertVariable("QUERY_STRING=a=b%20c", response);
        assertVariable("REQUEST_URI=/app/deep/er/x?a=b%20c", response);
        assertVariable("WARREN_VHOST_NAME=alice.localhost", response);
        assertVariable("SERVER_PORT=" + httpd.port, response);
        assertVariable("SERVER_NAME=alice.localhost", response);
        assertVariable("REMOTE_ADDR=127.0.0.1", response);
        assertVariable("SERVER_PROTOCOL=HTTP/1.1", response);
        assertVariable("GATEWAY_INTERFACE=CGI/1.1", response);
    }

    @Test
    void decodesAndResolvesAPathOnce() throws Exception {
        assertVariable("PATH_INFO=/x%41", httpd.get("/app/x%2541"));
        assertVariable("PATH_INFO=/a/c", httpd.get("/app/a/b/../c"));
        assertVariable("PATH_INFO=/a//c", httpd.get("/app/a//%2e/c"));
        assertVariable("PATH_INFO=/new\\x0aline", httpd.get("/app/new%0Aline"));
        assertVariable("PATH_INFO=/a;b=1/c", httpd.get("/app/a;b=1/c"));
        assertVariable("PATH_INFO=/back\\slash", httpd.get("/app/back%5Cslash"));
        assertVariable("PATH_INFO=/\\xe4\\xc3\\xa4", httpd.get("/app/%E4%C3%A4"));
        assertVariable("REQUEST_URI=/app/a//%2e/c", httpd.get("/app/a//%2e/c"));
        assertVariable("PATH_INFO=/a/b", httpd.get("/app/a%2Fb"));
    }

    @Test
    void servesAFileByTheHandler() throws Exception {
        String response = httpd.get("/perl/a%20b.pl/more%0A%3Bx?q");
        assertStatus(200, response);
        assertVariable("SCRIPT_FILENAME=" + htdocs + "/perl/a b.pl", response);
        assertVariable("SCRIPT_NAME=/perl/a b.pl", response);
        assertVariable("PATH_INFO=/more\\x0a;x", response);
        assertVariable("REQUEST_URI=/perl/a%20b.pl/more%0A%3Bx?q", response);
        assertVariable("PATH_INFO=", httpd.get("/perl/a%20b.pl"));
    }

    @Test
    void servesAServiceFromItsOwnPool() throws Exception {
        String response = httpd.get("/counter/up");
        assertVariable("SCRIPT_NAME=/counter", response);
        assertVariable("PATH_INFO=/up", response);
        assertVariable("SCRIPT_FILENAME=/srv/counter.psgi", response);
        assertVariable("WARREN_VHOST_NAME=alice.localhost", response);
        assertTrue(connector.status().contains("\"name\":\"counter\",\"state\":\"SERVING\""), connector.status());
    }

    @Test
    void refusesWhatNoTokenProves() throws Exception {
        for (String path : List.of("/wrong", "/unknown", "/service", "/missing")) {
            String page = httpd.get(path + "/x");
            assertStatus(403, page);
            assertLogged(page, "status=403");
            assertFalse(page.contains("alice"), page);
        }
    }

    @Test
    void refusesASecondTokenAnOwnerAdds() throws Exception {
        String page = httpd.get("/owned/x.pl");
        assertStatus(403, page);
        assertLogged(page, "more than one WARREN_VHOST");
    }

    @Test
    void refusesAWorkerWithoutTheSecret() throws Exception {
        String response = httpd.get("/stranger/x");
        assertStatus(403, response);
        assertTrue(connector.administratorsLog().contains("the AJP secret is missing or wrong"), logs());
    }

    @Test
    void answersEachFailureWithOneStatusAndOneLine() throws Exception {
        String none = httpd.get("/none/x");
        assertStatus(404, none);
        assertLogged(none, "vhost=alice.localhost");
        String quarantined = httpd.get("/bad/x");
        assertStatus(503, quarantined);
        assertTrue(quarantined.contains("Retry-After: 5\r\n"), quarantined);
        String died = httpd.get("/app/died-early");
        assertStatus(502, died);
        assertLogged(died, "vhost=alice.localhost gen=");
        String bad = httpd.get("/app/bad");
        assertStatus(502, bad);
        String slow = httpd.get("/app/slow?4");
        assertStatus(504, slow);
        String failed = httpd.get("/app/failure");
        assertStatus(500, failed);
        assertFalse(failed.contains("secret path"), failed);
        assertTrue(connector.ownersLog("alice.localhost").contains("id=" + requestId(failed)));
    }

    @Test
    void cutsWhatCannotBeCompleted() throws Exception {
        String chunked = httpd.get("/app/died-late");
        assertStatus(200, chunked);
        assertTrue(chunked.contains("Transfer-Encoding: chunked"), chunked.substring(0, 200));
        assertFalse(chunked.endsWith("\r\n0\r\n\r\n"), "the last chunk came");
        String length = httpd.get("/app/died-late-length");
        assertTrue(length.contains("Content-Length: 50000\r\n"), () -> length + logs());
        assertTrue(length.length() < 50000, "all of it came");
    }

    @Test
    void answersWithTheErrorPageWhereNothingOfABrokenResponseHasGone() throws Exception {
        assertStatus(502, httpd.get("/app/short"));
    }

    @Test
    void keepsAContentLengthWhereHttpdTrustsIt() throws Exception {
        String response = httpd.get("/app/length");
        assertTrue(response.contains("Content-Length: 5\r\n"), response);
        assertTrue(response.endsWith("\r\n\r\nhello"), response);
        String head = httpd.exchange("HEAD /app/length HTTP/1.1\r\nHost: alice.localhost\r\nConnection: close\r\n\r\n");
        assertTrue(head.contains("Content-Length: 5\r\n"), head);
        assertTrue(head.endsWith("\r\n\r\n"), head);
    }

    @Test
    void carriesBigBodiesBothWays() throws Exception {
        byte[] body = new byte[5_000_003];
        new Random(7).nextBytes(body);
        String head = "POST /app/echo HTTP/1.0\r\nHost: alice.localhost\r\nContent-Length: " + body.length + "\r\n\r\n";
        byte[] request = Arrays.copyOf(head.getBytes(StandardCharsets.US_ASCII), head.length() + body.length);
        System.arraycopy(body, 0, request, head.length(), body.length);
        byte[] response = httpd.exchange(request);
        byte[] echoed = Arrays.copyOfRange(response, response.length - body.length, response.length);
        assertEquals(md5(body), md5(echoed));
        assertTrue(new String(response, 0, 500, StandardCharsets.ISO_8859_1).contains("X-Md5: " + md5(body)));
    }

    private static String md5(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    }

    @Test
    void takesAChunkedBody() throws Exception {
        String response = httpd.exchange("POST /app/echo HTTP/1.1\r\nHost: alice.localhost\r\nConnection: close\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        assertStatus(200, response);
        assertTrue(response.contains("hello world"), response);
    }

    @Test
    void tellsWhomHttpdAuthenticated() throws Exception {
        String authorization = "Authorization: Basic " + Base64.getEncoder().encodeToString("carol:pw".getBytes());
        String inside = httpd.get("/app/private/x", authorization);
        assertVariable("REMOTE_USER=carol", inside);
        assertVariable("AUTH_TYPE=Basic", inside);
        assertFalse(inside.contains("HTTP_AUTHORIZATION"), inside);
        String open = httpd.get("/app/x", authorization);
        assertFalse(open.contains("REMOTE_USER"), open);
        assertTrue(open.contains("HTTP_AUTHORIZATION=Basic "), open);
    }

    @Test
    void passesOnlyUnmistakableHeadersAsTheyAre() throws Exception {
        String response = httpd.get("/app/x", "X-Auth: one\u00e4", "X_Auth: two", "Proxy: evil", "Cookie: a=1",
            "Cookie: b=2", "X-Many: 1", "X-Many: 2");
        assertVariable("HTTP_X_AUTH=one\\xe4", response);
        assertFalse(response.contains("two") || response.contains("HTTP_PROXY"), response);
        assertTrue(response.contains("HTTP_COOKIE=a=1"), response);
        assertVariable("HTTP_X_MANY=1, 2", response);
    }

    @Test
    void keepsConnectionsAndInterpretersForTheNextRequest() throws Exception {
        String request = "GET /app/pid HTTP/1.1\r\nHost: alice.localhost\r\n";
        String all = httpd.exchange((request + "\r\n").repeat(9) + request + "Connection: close\r\n\r\n");
        List<String> pids = Pattern.compile("\r\n\r\n(?:[0-9a-f]+\r\n)?([0-9]+)").matcher(all).results()
            .map(found -> found.group(1)).toList();
        assertEquals(10, pids.size(), all);
        assertTrue(pids.stream().distinct().count() <= 2, () -> "more interpreters than PerlInterpMax: " + pids);
    }

    @Test
    void sendsWhatAnInterpreterFlushesAtOnce() throws Exception {
        httpd.get("/app/pid");
        try (Socket socket = new Socket("127.0.0.1", httpd.port)) {
            socket.getOutputStream().write("GET /app/stream HTTP/1.0\r\nHost: alice.localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            long began = System.nanoTime();
            StringBuilder response = new StringBuilder();
            while (!response.toString().contains("first")) {
                response.append((char) in.read());
            }
            assertTrue(System.nanoTime() - began < 900_000_000L, () -> "the first part came late: " + response);
            assertTrue(new String(in.readAllBytes(), StandardCharsets.US_ASCII).contains("last"));
        }
    }

    @Test
    void passesRedirectsAndRepeatedHeaders() throws Exception {
        String response = httpd.get("/app/redirect");
        assertStatus(302, response);
        assertTrue(response.contains("Location: http://elsewhere.example/\r\n"), response);
        assertTrue(response.contains("Set-Cookie: a=1\r\n") && response.contains("Set-Cookie: b=2\r\n"), response);
    }

    @Test
    void escapesWhatInterpretersSayInTheOwnersLog() throws Exception {
        httpd.get("/app/x");
        Await.until("the owner's log has it",
            () -> connector.ownersLog("alice.localhost").contains("parent loaded \\x1b[31mred\\xff"));
        assertTrue(connector.ownersLog("alice.localhost").matches("(?s)20[0-9T:.-]+Z gen=[0-9]+ .*"));
    }

    @Test
    void tellsItsStatus() throws Exception {
        httpd.get("/app/x");
        String status = connector.status();
        assertTrue(status.contains("\"pid\":" + connector.process.pid()), status);
        assertTrue(status.contains("\"name\":\"alice.localhost\",\"state\":\"SERVING\""), status);
        assertFalse(status.contains(ALICE), status);
    }
}
