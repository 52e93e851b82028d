package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A service of the provider's, offered to two owners and run under a third UID. */
final class ServicesTest {
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.write("greeter", Machine.CAROL, "greeter.psgi", """
            sub { my $env = shift; [200, ['Content-Type' => 'text/plain'], [join ' ', "uid=$<", "pid=$$",
                map {"$_=" . ($env->{$_} // '-')} qw(WARREN_VHOST_NAME SCRIPT_NAME PATH_INFO)]] }
            """, "600");
        machine.addConfiguration("""
            <IfModule mod_warren.c>
                <WarrenServiceHost greeter>
                    WarrenUserGroup   #%d #%d
                    WarrenApplication / @base@/sites/greeter/greeter.psgi
                </WarrenServiceHost>
            </IfModule>
            """.formatted(Machine.CAROL, Machine.CAROL));
        offerTo("alice", Machine.ALICE);
        offerTo("bob", Machine.BOB);
        machine.start();
    }

    private static void offerTo(String owner, int uid) throws Exception {
        machine.makeSite(owner, uid);
        machine.write(owner, uid, "htdocs/perl/peek.pl", """
            print "Content-Type: text/plain\\n\\n";
            print open(my $in, '<', '%s') ? "read: " . <$in> : "refused: $!";
            """.formatted(machine.site("greeter").resolve("greeter.psgi")), "644");
        machine.addConfiguration(machine.virtualHost(owner, uid, "WarrenService greeter /hello")
            .replace("    <IfModule", "    Use WarrenLocation " + owner + ".localhost /hello\n    <IfModule"));
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static String hello(String owner) throws Exception {
        return machine.http().get(owner + ".localhost", "/hello/there").body();
    }

    @Test
    void runsUnderItsOwnUidAndKnowsThroughWhomItWasCalled() throws Exception {
        assertTrue(hello("alice").matches("uid=" + Machine.CAROL
            + " pid=\\d+ WARREN_VHOST_NAME=alice.localhost SCRIPT_NAME=/hello PATH_INFO=/there"), hello("alice"));
        assertTrue(hello("bob").contains(" WARREN_VHOST_NAME=bob.localhost "), hello("bob"));
    }

    @Test
    void isOnePoolForAllThatItIsOfferedTo() throws Exception {
        assertEquals(hello("alice").replaceAll(".*(pid=\\d+).*", "$1"), hello("bob").replaceAll(".*(pid=\\d+).*", "$1"));
    }

    @Test
    void keepsItsCodeToItself() throws Exception {
        for (String owner : new String[] {"alice", "bob"}) {
            assertEquals("refused: No such file or directory", machine.http().get(owner + ".localhost", "/perl/peek.pl").body());
        }
    }

    @Test
    void hasNoDoorOfItsOwn() throws Exception {
        // a name that httpd does not know goes to its first virtual host, alice's; a service is none of its names
        String body = machine.http().get("greeter", "/perl/who.pl").body();
        assertFalse(body.contains("uid=" + Machine.CAROL), body);
    }
}
