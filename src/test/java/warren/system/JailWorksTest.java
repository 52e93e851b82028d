package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What owners' code does all day works in a jail, and what an administrator says of one holds. */
final class JailWorksTest {
    private static Machine machine;
    private static Postgres postgres;
    private static NameServer nameServer;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        postgres = new Postgres(machine, Machine.CAROL, Map.of(), "trust");
        Path shared = Files.createDirectories(machine.base().resolve("shared/lib"));
        Files.writeString(shared.resolve("Shared.pm"), "package Shared; sub word { 'of the provider' } 1;\n");
        Files.createDirectories(machine.base().resolve("shared/secret"));
        Files.writeString(machine.base().resolve("shared/secret/file"), "secret");
        machine.addOwner("alice", Machine.ALICE, "WarrenJailAllow " + postgres.sockets() + " ro",
            "WarrenJailAllow " + machine.base().resolve("shared") + " ro", "WarrenJailHide " + machine.base().resolve("shared/secret"),
            "WarrenJailHide /usr/share/dict", "PerlSetEnv GITWEB_CONFIG " + machine.site("alice").resolve("gitweb.conf"), "PerlSwitches -I" + shared);
        machine.addOwner("bob", Machine.BOB);
        script("gitweb", Files.readString(Path.of("/usr/share/gitweb/gitweb.cgi")));
        machine.write("alice", Machine.ALICE, "gitweb.conf", "our $projectroot = '" + machine.site("alice") + "/git';\n", "644");
        script("sqlite", print("""
            use DBI; my $db = DBI->connect("dbi:SQLite:dbname=$ENV{DOCUMENT_ROOT}/../data.db", '', '', {RaiseError => 1});
            $db->do('create table if not exists t (x)'); $db->do('insert into t values (42)'); print $db->selectrow_array('select x from t');"""));
        script("postgres", print("""
            use DBI; my $db = DBI->connect('dbi:Pg:host=@sockets@;dbname=postgres;user=postgres', '', '', {RaiseError => 1});
            print $db->selectrow_array('select 6 * 7');""".replace("@sockets@", postgres.sockets().toString())));
        script("mail", print("""
            use Net::SMTP; my $smtp = Net::SMTP->new("127.0.0.1:$ENV{QUERY_STRING}", Timeout => 10) or die "smtp: $@";
            $smtp->mail('alice@alice.example') && $smtp->to('bob@bob.example') && $smtp->data("Subject: hello\\n\\nfrom a jail\\n") or die $smtp->message; $smtp->quit; print 'sent';"""));
        script("tools", print("""
            open my $file, '>', '/tmp/words' or die; print {$file} "b\\na\\n"; close $file;
            print join '|', map { my $x = qx($_); chomp $x; "$x/" . ($? >> 8) } 'sort /tmp/words | tr "\\n" ,', 'tar -C /tmp -czf - words | tar -tzf -', 'date -u -d @0 +%F',
                'id -un', 'sh -c "exit 3"', 'echo 2+3 | perl -ne "print eval"', 'find /tmp -name words', 'hostname >/dev/null; echo ok', 'locale -a | grep -ci c.utf', 'git --version >/dev/null; echo git';"""));
        script("names", print("""
            use Socket qw(getaddrinfo); my ($error, @found) = getaddrinfo('localhost', 'https'); my @account = getpwuid $<;
            print "$error ", scalar(@found) > 0, " $account[0] ", scalar(getgrgid($()), ' ', (POSIX::tzname())[0]; use POSIX ();"""));
        script("shared", print("""
            require Shared; print Shared::word(), ' ', -e '@base@/shared/secret/file' ? 'seen' : 'hidden', ' ', -d '@base@/shared/secret' ? 'empty' : 'none', ' ',
                scalar(() = glob '/usr/share/dict/*'), ' ', open(my $file, '>', '@base@/shared/lib/x') ? 'written' : "$!";""".replace("@base@", machine.base().toString())));
        script("dns", print("my @host = gethostbyname 'shop.warren.test'; print join '.', map { unpack 'C4', $_ } @host[4 .. $#host]"));
        nameServer = new NameServer(10, 1, 2, 3);
        Path resolver = machine.base().resolve("resolv.conf");
        Files.writeString(resolver, "nameserver " + NameServer.ADDRESS + "\n");
        machine.startBy("unshare", "--mount", "--propagation", "private", "sh", "-c", "mount --bind '" + resolver + "' /etc/resolv.conf && exec \"$@\"", "sh");
        Path tree = machine.base().resolve("tree");
        machine.addOwner("erin", Machine.ERIN, "WarrenJail chroot " + tree);
        machine.write("erin", Machine.ERIN, "htdocs/perl/look.pl", print("print join ' ', -e '/usr/bin/git' ? 'git' : 'no git', -e '/mark' ? 'mark' : 'no mark',"
            + " open(my $f, '>', '/x') ? 'written' : \"$!\", $$ < 100, -w '/tmp', -d '/proc/1', \"$ENV{LANG}\", `perl -e 'print 6*7'`"), "644");
        Command.run(machine.home().resolve("bin/warren-jail-tree").toString(), tree.toString(), "--at", machine.site("erin").toString()).orFail();
        Files.writeString(tree.resolve("mark"), "");
        machine.start();
    }

    @Test
    void aPreparedTreeIsAJailToo() throws Exception {
        Reply reply = machine.http().get("erin.localhost", "/perl/look.pl");
        assertEquals("no git mark Read-only file system 1 1 1 C.UTF-8 42", reply.body());
        assertEquals(0, machine.warren("attest", "erin.localhost").exitStatus());
    }

    private static String print(String perl) {
        return "print \"Content-Type: text/plain\\n\\n\"; " + perl;
    }

    private static void script(String name, String perl) throws Exception {
        machine.write("alice", Machine.ALICE, "htdocs/perl/" + name + ".pl", perl, "644");
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            nameServer.close();
            postgres.close();
        } finally {
            machine.close();
        }
    }

    private static String body(String path) throws Exception {
        Reply reply = machine.http().get("alice.localhost", "/perl/" + path);
        assertEquals(200, reply.status(), () -> reply.body() + machineLog());
        return reply.body();
    }

    private static String machineLog() {
        try {
            return machine.ownersLog("alice");
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    /** By the resolver's configuration as the host has it. */
    @Test
    void namesAreResolvedByDns() throws Exception {
        assertEquals("10.1.2.3", body("dns.pl"));
    }

    @Test
    void gitwebShowsARepository() throws Exception {
        Path repository = machine.site("alice").resolve("git/hello.git");
        Command.run("sh", "-c", "git init -q --bare \"$0\" && chown -R " + Machine.ALICE + ":" + Machine.ALICE + " \"$0\"", repository.toString()).orFail();
        assertTrue(body("gitweb.pl").contains("hello.git"), body("gitweb.pl"));
    }

    @Test
    void databasesAnswerInAFileAndOverAUnixSocketThatIsLetIn() throws Exception {
        assertEquals("42", body("sqlite.pl"));
        assertEquals("42", body("postgres.pl"));
        machine.write("bob", Machine.BOB, "htdocs/perl/postgres.pl",
            Files.readString(machine.site("alice").resolve("htdocs/perl/postgres.pl")), "644");
        assertEquals(500, machine.http().get("bob.localhost", "/perl/postgres.pl").status(), "it is not let into his");
        assertTrue(machine.ownersLog("bob").contains("No such file or directory"), machine.ownersLog("bob"));
    }

    /** A server that takes one mail, as any does. */
    @Test
    void mailIsSentBySmtp() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<List<String>> received = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try (Socket client = server.accept(); BufferedReader in = new BufferedReader(new java.io.InputStreamReader(client.getInputStream()))) {
                    List<String> lines = new ArrayList<>();
                    client.getOutputStream().write("220 test\r\n".getBytes());
                    boolean data = false;
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        lines.add(line);
                        data = data ? !line.equals(".") : line.equals("DATA");
                        if (!data || line.equals("DATA")) {
                            client.getOutputStream().write((line.equals("DATA") ? "354 go\r\n" : "250 ok\r\n").getBytes());
                        }
                    }
                    received.complete(lines);
                } catch (java.io.IOException e) {
                    received.completeExceptionally(e);
                }
            });
            assertEquals("sent", body("mail.pl?" + server.getLocalPort()));
            assertTrue(received.get().contains("from a jail"), received.get().toString());
        }
    }

    @Test
    void systemToolsAndNamesAndTimesWork() throws Exception {
        assertEquals("a,b,/0|words/0|1970-01-01/0|owner/0|/3|5/0|/tmp/words/0|ok/0|1/0|git/0", body("tools.pl"));
        assertTrue(body("names.pl").matches(" 1 owner owner [A-Z]+"), body("names.pl"));
    }

    @Test
    void whatIsAllowedIsSeenAndWhatIsHiddenIsNot() throws Exception {
        assertEquals("of the provider hidden empty 0 Read-only file system", body("shared.pl"));
    }

    @Test
    void pathsThatAreNobodysToShowAreRefusedByConfigtest() throws Exception {
        Files.createSymbolicLink(machine.base().resolve("link"), Path.of("/usr"));
        Command.run("install", "-d", "-o", "60120", machine.base().resolve("strangers").toString()).orFail();
        Command.run("install", "-d", "-m", "777", machine.base().resolve("open").toString()).orFail();
        for (List<String> each : List.of(
                List.of("WarrenJailAllow " + machine.base() + "/link", "expected a path without symbolic links: "),
                List.of("WarrenJailAllow " + machine.base() + "/strangers", "belongs to UID 60120"),
                List.of("WarrenJailAllow " + machine.base() + "/open", "can be written by others"),
                List.of("WarrenJailAllow " + machine.base() + "/none", "/none does not"),
                List.of("WarrenJailAllow " + machine.base() + "/state", "nothing of Warren's own"),
                List.of("WarrenJailAllow " + machine.base(), "nothing of Warren's own"),
                List.of("WarrenJailHide usr", "expected an absolute path"), List.of("WarrenJailHide /usr/../etc", "expected an absolute path"),
                List.of("WarrenJail maybe", "expected on, off, or chroot and the path of a prepared tree"),
                List.of("WarrenJail chroot", "expected on, off, or chroot"), List.of("WarrenNetwork connect", "expected host, none, or connect and TCP ports"),
                List.of("WarrenNetwork connect 70000", "expected host, none, or connect and TCP ports from 1 to 65535"),
                List.of("WarrenJailAllow / ro", "expected an absolute path"), List.of("WarrenJailAllow /etc", "has nothing beneath it which a jail has"),
                List.of("WarrenJail off\nWarrenNetwork none", "expected WarrenNetwork host, or a jail"))) {
            String text = machine.virtualHost("alice", Machine.ALICE, each.get(0));
            Path bad = machine.writeConfiguration("bad.conf", Machine.freePort(), text);
            String told = machine.warren("configtest", "-f", bad.toString()).output();
            assertTrue(told.contains(each.get(1)), each + ": " + told);
        }
    }

    @Test
    void rulesOfNftablesKeepOwnersFromTheLoopbackButForTheirPorts() throws Exception {
        script("connect", print("use IO::Socket::INET; print IO::Socket::INET->new(PeerAddr => \"127.0.0.1:$ENV{QUERY_STRING}\") ? 'connected' : \"$!\";"));
        try (ServerSocket service = new ServerSocket(0, 9, InetAddress.getByName("127.0.0.1"));
                ServerSocket meant = new ServerSocket(0, 9, InetAddress.getByName("127.0.0.1"))) {
            assertEquals("connected", body("connect.pl?" + service.getLocalPort()));
            Path configuration = machine.writeConfiguration("rules.conf", machine.port(),
                machine.virtualHost("alice", Machine.ALICE, "WarrenNetwork connect " + meant.getLocalPort()));
            Path rules = machine.base().resolve("rules.nft");
            Files.writeString(rules, machine.warren("firewall", "-f", configuration.toString()).orFail());
            try {
                Command.run("nft", "-f", rules.toString()).orFail();
                assertEquals("Connection refused", body("connect.pl?" + service.getLocalPort()));
                assertEquals("connected", body("connect.pl?" + meant.getLocalPort()));
                assertFalse(machine.warren("configtest", "-f", configuration.toString()).output().contains("loopback"));
                Command.run("nft", "-f", rules.toString()).orFail();
            } finally {
                Command.run("nft", "delete", "table", "inet", "warren");
            }
            assertEquals("connected", body("connect.pl?" + service.getLocalPort()));
        }
    }

    @Test
    void configtestSaysWhatOfTheLoopbackStaysReachable() throws Exception {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String told = machine.warren("configtest", "-f", machine.writeConfiguration("again.conf", machine.port(),
                machine.virtualHost("alice", Machine.ALICE)).toString()).output();
            assertTrue(told.contains("warning: 1 owner reaches what listens on the loopback, ")
                && told.contains("TCP " + service.getLocalPort()), told);
            told = machine.warren("configtest", "-f", machine.writeConfiguration("again.conf", machine.port(),
                machine.virtualHost("alice", Machine.ALICE, "WarrenNetwork none")).toString()).output();
            assertFalse(told.contains("loopback"), told);
        }
    }
}
