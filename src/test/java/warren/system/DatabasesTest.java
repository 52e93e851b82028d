package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A real PostgreSQL and a real MariaDB let owners in by their UIDs: each into his own database, and nobody else as him. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DatabasesTest {
    private static final Map<String, Integer> OWNERS = Map.of("alice", Machine.ALICE, "bob", Machine.BOB);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static Machine machine;
    private static Postgres postgres;
    private static Mariadb mariadb;
    private static Path configuration;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        postgres = new Postgres(machine, Machine.CAROL, OWNERS, "peer");
        mariadb = new Mariadb(machine, Machine.DAVE, OWNERS);
        for (String owner : List.of("alice", "bob")) {
            List<String> directives = new ArrayList<>(List.of("PerlInterpMax 1", "WarrenJailAllow " + postgres.sockets() + " ro",
                "WarrenJailAllow " + mariadb.sockets() + " ro"));
            directives.add(owner.equals("bob") ? "PerlModule Apache::DBI" : "PerlModule DBI");
            machine.addOwner(owner, OWNERS.get(owner), directives.toArray(String[]::new));
            machine.write(owner, OWNERS.get(owner), "htdocs/perl/pg.pl", script("dbi:Pg:host=" + postgres.sockets() + ";dbname=$database;user=$role",
                "select current_user, pg_backend_pid()"), "644");
            machine.write(owner, OWNERS.get(owner), "htdocs/perl/maria.pl", script("dbi:MariaDB:mariadb_socket=" + mariadb.socket()
                + ";database=$database", "select current_user(), connection_id()"), "644");
        }
        machine.start();
        configuration = machine.base().resolve("httpd.conf");
    }

    private static String script(String source, String sql) {
        return """
            print "Content-Type: text/plain\\n\\n"; my ($role, $database, $how) = split /;/, $ENV{QUERY_STRING}; use DBI;
            my $db = DBI->$how("@source@", $role, '', {PrintError => 0});
            print $db ? join(' ', $db->selectrow_array('@sql@'), $$) : "refused: $DBI::errstr";
            """.replace("@source@", source).replace("@sql@", sql);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            postgres.close();
            mariadb.close();
        } finally {
            machine.close();
        }
    }

    private static Command grant(String owner, Path socket, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of("database", "grant", owner + ".localhost", "-f", configuration.toString(), "--socket",
            socket.toString()));
        words.addAll(List.of(more));
        return machine.warren(words.toArray(String[]::new));
    }

    private static String get(String owner, String script, String role, String database, String how) throws Exception {
        Reply reply = machine.http().get(owner + ".localhost", "/perl/" + script + ".pl?" + role + ";" + database + ";" + how);
        assertEquals(200, reply.status(), () -> reply.body());
        return reply.body();
    }

    @Test
    @Order(1)
    void aGrantIsShownThenDoneAndTriedAndThenNothingIsMissing() throws Exception {
        for (String owner : List.of("alice", "bob")) {
            for (Path socket : List.of(postgres.socket(), mariadb.socket())) {
                Command shown = grant(owner, socket, "--role", owner);
                assertEquals(1, shown.exitStatus(), shown::output);
                assertTrue(shown.output().contains("CREATE DATABASE"), shown.output());
                Command done = grant(owner, socket, "--role", owner, "--apply");
                assertEquals(0, done.exitStatus(), done::output);
                assertTrue(done.output().contains("is let into \"" + owner + "\", not into another, and nobody else as \"" + owner + "\""), done.output());
                Command again = grant(owner, socket, "--role", owner);
                assertEquals(0, again.exitStatus(), again::output);
            }
        }
        Command second = grant("alice", postgres.socket(), "--role", "alice", "--database", "alice_shop", "--apply");
        assertEquals(0, second.exitStatus(), second::output);
        Command secondMaria = grant("alice", mariadb.socket(), "--role", "alice", "--database", "alice_shop", "--apply");
        assertEquals(0, secondMaria.exitStatus(), secondMaria::output);
        assertEquals(0, grant("alice", postgres.socket(), "--role", "alice").exitStatus(), "the first one is there as before");
        assertTrue(get("alice", "maria", "alice", "aliceXshop", "connect").startsWith("refused: "), "an underscore is no wildcard");
    }

    @Test
    @Order(2)
    void eachReachesHisOwnAndIsRefusedTheOthersByTheDatabaseItself() throws Exception {
        assertTrue(get("alice", "pg", "alice", "alice", "connect").startsWith("alice "));
        assertTrue(get("bob", "pg", "bob", "bob", "connect").startsWith("bob "));
        assertTrue(get("alice", "maria", "alice", "alice", "connect").startsWith("alice@localhost "));
        assertTrue(get("bob", "maria", "bob", "bob", "connect").startsWith("bob@localhost "));
        assertTrue(get("bob", "pg", "alice", "alice", "connect").contains("Peer authentication failed for user \"alice\""));
        assertTrue(get("bob", "pg", "bob", "alice", "connect").contains("rejects connection"));
        assertTrue(get("bob", "pg", "postgres", "alice", "connect").contains("Peer authentication failed"));
        assertTrue(get("bob", "maria", "alice", "alice", "connect").contains("Access denied for user 'alice'"));
        assertTrue(get("bob", "maria", "bob", "alice", "connect").contains("Access denied for user 'bob'"));
        assertTrue(get("bob", "maria", "mysql", "alice", "connect").contains("Access denied"));
    }

    /** A cron job or a shell of his, and a connector that has been taken over: the kernel tells the database who they are. */
    @Test
    @Order(3)
    void codeOutsideOfTheJailIsNobodyElseEither() throws Exception {
        for (int uid : List.of(Machine.BOB, Machine.CONNECTOR, 33)) {
            Command pg = as(uid, "psql", "-X", "-h", postgres.sockets().toString(), "-U", "alice", "-d", "alice", "-c", "select 1");
            assertNotEquals(0, pg.exitStatus(), pg::output);
            Command maria = as(uid, "mariadb", "--no-defaults", "--socket=" + mariadb.socket(), "--user=alice", "alice", "-e", "select 1");
            assertNotEquals(0, maria.exitStatus(), maria::output);
        }
        assertEquals(0, as(Machine.ALICE, "psql", "-X", "-h", postgres.sockets().toString(), "-U", "alice", "-d", "alice", "-c", "select 1").exitStatus());
        for (Path socket : List.of(postgres.socket(), mariadb.socket())) {
            Command replaced = as(Machine.BOB, "sh", "-c", "mv \"$0\" \"$0.x\" || rm \"$0\" || ln -s /tmp/x \"$0.y\"", socket.toString());
            assertNotEquals(0, replaced.exitStatus(), "nobody but the server can put another socket there");
        }
    }

    private static Command as(int uid, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of("setpriv", "--reuid", "" + uid, "--regid", "" + uid, "--clear-groups"));
        words.addAll(List.of(command));
        return Command.run(words);
    }

    @Test
    @Order(4)
    void connectionsLastFromOneRequestToTheNextSurviveARestartAndEndWithTheGeneration() throws Exception {
        // alice's code says connect_cached; bob's loads Apache::DBI and says connect
        assertNotEquals(get("alice", "pg", "alice", "alice", "connect"), get("alice", "pg", "alice", "alice", "connect"));
        Map<String, String> ways = Map.of("alice", "connect_cached", "bob", "connect");
        for (String owner : ways.keySet()) {
            for (String script : List.of("pg", "maria")) {
                String first = get(owner, script, owner, owner, ways.get(owner));
                assertEquals(first, get(owner, script, owner, owner, ways.get(owner)), "the same connection of the same interpreter");
                DatabaseServer server = script.equals("pg") ? postgres : mariadb;
                server.stop();
                assertTrue(get(owner, script, owner, owner, ways.get(owner)).startsWith("refused: "));
                server.start();
                String after = get(owner, script, owner, owner, ways.get(owner));
                assertTrue(after.startsWith(owner) && after.endsWith(first.substring(first.lastIndexOf(' '))), after + " in the interpreter of " + first);
                assertEquals(after, get(owner, script, owner, owner, ways.get(owner)));
            }
            String held = "select count(*) from pg_stat_activity where usename = '" + owner + "'";
            assertEquals("1", postgres.ask(held));
            machine.warren("reload", owner + ".localhost").orFail();
            Await.until("the end of the old generation's connections", SOON, () -> postgres.ask(held).equals("0")
                && mariadb.ask("select count(*) from information_schema.processlist where user = '" + owner + "'").equals("0"));
        }
    }

    /** What one request has not committed, the next one does not find: as under mod_perl. */
    @Test
    @Order(5)
    void apacheDbiRollsBackAtTheEndOfARequest() throws Exception {
        machine.write("bob", Machine.BOB, "htdocs/perl/begin.pl", """
            print "Content-Type: text/plain\\n\\n"; use DBI;
            my $db = DBI->connect('dbi:Pg:host=@sockets@;dbname=bob;user=bob', '', '', {RaiseError => 1, AutoCommit => 1});
            $db->do('create table if not exists t (x int)'); print $db->selectrow_array('select count(*) from t'), ' ', $db->{AutoCommit};
            $db->begin_work; $db->do('insert into t values (1)');
            """.replace("@sockets@", postgres.sockets().toString()), "644");
        assertEquals("0 1", machine.http().get("bob.localhost", "/perl/begin.pl").body());
        assertEquals("0 1", machine.http().get("bob.localhost", "/perl/begin.pl").body());
    }

    @Test
    @Order(6)
    void whatCannotBeGrantedIsRefusedWithWhatWasExpected() throws Exception {
        assertRefused("has no account on this machine", grant("alice", postgres.socket()));
        assertRefused("expected up to 63 letters", grant("alice", postgres.socket(), "--role", "x\"; drop database alice"));
        assertRefused("there is no socket", grant("alice", Path.of("/run/none/.s.PGSQL.5432"), "--role", "alice"));
        assertRefused("no virtual host or service", grant("nobody", postgres.socket(), "--role", "alice"));
        assertRefused("belongs to the role \"alice\", expected \"bob\"", grant("bob", postgres.socket(), "--role", "bob", "--database", "alice"));
        assertRefused("more rights than an owner's may have", grant("bob", postgres.socket(), "--role", "postgres"));
        // named as another's account is, by mistake: the database tells
        Command mistaken = grant("bob", postgres.socket(), "--role", "alice", "--database", "alice");
        assertRefused("UID " + Machine.BOB + " is not let into \"alice\": ", mistaken);
        mariadb.ask("create user dave@localhost identified by 'secret'");
        assertRefused("known by mysql_native_password, expected unix_socket", grant("bob", mariadb.socket(), "--role", "dave"));
        mariadb.ask("create user bob@'%' identified by 'secret'");
        assertRefused("may come from % too", grant("bob", mariadb.socket(), "--role", "bob"));
        postgres.stop();
        Files.writeString(postgres.data().resolve("pg_hba.conf"), "local all all trust\n");
        postgres.start();
        assertRefused("local \"bob\" \"bob\" peer", grant("bob", postgres.socket(), "--role", "bob"));
    }

    private static void assertRefused(String why, Command command) {
        assertEquals(1, command.exitStatus(), command::output);
        assertTrue(command.output().contains(why), command.output());
    }
}
