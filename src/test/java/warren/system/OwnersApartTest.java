package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Twenty owners, each with a canary in files, environment, memory, sockets, shared memory; each looks for all others'. */
final class OwnersApartTest {
    private static final int OWNERS = 20;
    private static final int FIRST_UID = 60_130;
    private static final String HOLD = """
        use Socket; use IPC::SysV qw(IPC_CREAT);
        my ($mine) = $ENV{CANARY} =~ /(\\d+)$/; our $memory = $ENV{CANARY};
        my @places = ('/tmp', '/var/tmp', '/dev/shm', $ENV{DOCUMENT_ROOT});
        for my $place (@places) { open my $file, '>', "$place/$ENV{CANARY}" or die "$place: $!"; print {$file} $ENV{CANARY}; chmod 0644, "$place/$ENV{CANARY}" }
        shmget 0x57000000 + $mine, 100, IPC_CREAT | 0666; msgget 0x57000000 + $mine, IPC_CREAT | 0666;
        if (!fork) {
            for my $name ("\\0$ENV{CANARY}", map { "$_/$ENV{CANARY}.socket" } @places) {
                socket my $socket, AF_UNIX, SOCK_STREAM, 0; bind $socket, pack_sockaddr_un($name) or die "$name: $!"; listen $socket, 5;
                chmod 0777, $name if $name !~ /^\\0/; push our @sockets, $socket;
            }
            $0 = $ENV{CANARY}; close STDIN; close STDOUT; close STDERR; sleep 1000 while 1;
        }
        print "Content-Type: text/plain\\n\\nheld $$";
        """;
    private static final String SEEK = """
        use Socket; my ($mine) = $ENV{CANARY} =~ /(\\d+)$/; my @leaks;
        my ($base) = $ENV{DOCUMENT_ROOT} =~ m{(.*)/owner\\d+/htdocs}; my $looked = 0;
        my $slurp = sub { open my $file, '<', $_[0] or return ''; local $/; my $text = <$file>; $text // '' };
        for my $other (grep { $_ != $mine } 0 .. $ENV{QUERY_STRING} - 1) {
            my $canary = "canary-of-owner-$other"; my $root = "$base/owner$other/htdocs"; $looked++;
            for my $place ('/tmp', '/var/tmp', '/dev/shm', $root) {
                push @leaks, "$other: file in $place" if -e "$place/$canary" || $slurp->("$place/$canary") ne '';
                socket my $socket, AF_UNIX, SOCK_STREAM, 0;
                push @leaks, "$other: socket in $place" if connect $socket, pack_sockaddr_un("$place/$canary.socket");
            }
            socket my $socket, AF_UNIX, SOCK_STREAM, 0;
            push @leaks, "$other: abstract socket" if connect $socket, pack_sockaddr_un("\\0$canary");
            push @leaks, "$other: shared memory" if defined shmget 0x57000000 + $other, 0, 0;
            push @leaks, "$other: message queue" if defined msgget 0x57000000 + $other, 0;
            push @leaks, "$other: process" if grep { $slurp->($_) =~ /\\Q$canary\\E(?!\\d)/ } glob '/proc/[0-9]*/{cmdline,environ,comm,status,maps}';
            push @leaks, "$other: directory" if opendir my $directory, $root;
            push @leaks, "$other: account" if getpwuid($< - $mine + $other);
        }
        for my $key (0 .. 200) { my $read = syscall(250, 11, $key, my $buffer = 'x' x 64, 64, 0); push @leaks, "key $key" if $read > 0 }
        print "Content-Type: text/plain\\n\\nlooked at $looked: @leaks";
        """;

    @Test
    void noneSeesAnythingOfAnother() throws Exception {
        try (Machine machine = new Machine()) {
            for (int i = 0; i < OWNERS; i++) {
                String owner = "owner" + i;
                machine.addOwner(owner, FIRST_UID + i, "PerlSetEnv CANARY canary-of-owner-" + i);
                machine.write(owner, FIRST_UID + i, "htdocs/perl/hold.pl", HOLD, "644");
                machine.write(owner, FIRST_UID + i, "htdocs/perl/seek.pl", SEEK, "644");
            }
            machine.start();
            for (int i = 0; i < OWNERS; i++) {
                Reply held = machine.http().get("owner" + i + ".localhost", "/perl/hold.pl");
                assertEquals(200, held.status(), held::body);
            }
            List<String> leaks = new ArrayList<>();
            for (int i = 0; i < OWNERS; i++) {
                String told = machine.http().get("owner" + i + ".localhost", "/perl/seek.pl?" + OWNERS).body();
                if (!told.equals("looked at " + (OWNERS - 1) + ": ")) {
                    leaks.add(i + " " + told);
                }
            }
            assertEquals(List.of(), leaks);
        }
    }
}
