package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Two virtual hosts of one owner, one's document root beside the other's in a directory that both are shown. */
final class SiblingsTest {
    private static final String LOOK = """
        print "Content-Type: text/plain\\n\\n", join ' ', map { my $n = $_; scalar(() = glob "@sites@/alice/$n/*.html") } 'htdocs', 'second';
        opendir my $proc, '/proc'; print ' ', scalar(grep { /^\\d+$/ && open my $f, '<', "/proc/$_/cmdline" and <$f> =~ /@other@/ } readdir $proc);
        """;

    @Test
    void areKeptApart() throws Exception {
        try (Machine machine = new Machine()) {
            machine.addOwner("alice", Machine.ALICE);
            machine.write("alice", Machine.ALICE, "second/index.html", "of the second", "644");
            for (String root : new String[] {"htdocs", "second"}) {
                machine.write("alice", Machine.ALICE, root + "/perl/look.pl", LOOK.replace("@sites@", machine.base() + "/sites")
                    .replace("@other@", root.equals("second") ? "alice.localhost" : "second.localhost"), "644");
            }
            machine.addConfiguration(machine.virtualHost("alice", Machine.ALICE).replace("alice.localhost", "second.localhost")
                .replace("sites/alice/htdocs", "sites/alice/second"));
            machine.start();
            for (int i = 0; i < 2; i++) {
                assertEquals("1 0 0", machine.http().get("alice.localhost", "/perl/look.pl").body());
                assertEquals("0 1 0", machine.http().get("second.localhost", "/perl/look.pl").body());
            }
        }
    }
}
