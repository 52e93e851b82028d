package warren.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An owner's code that answers {@link Errand}s, as an application and as a script, and notes each that it begins to
 * serve, with its pid, in a file of the owner's.
 */
final class EchoSite {
    /** For both: takes the query, a reader of the body, and a writer of the response in two parts. */
    private static final String ECHO = """
        use strict; use warnings;
        use Digest::MD5 (); use Fcntl qw(O_WRONLY O_APPEND O_CREAT); use Time::HiRes ();
        my $echo = sub {
            my ($id, $query, $read, $write) = @_;
            sysopen my $notes, '@notes@', O_WRONLY | O_APPEND | O_CREAT or die $!;
            syswrite $notes, "$id $$\\n";
            my ($length, $md5) = (0, Digest::MD5->new);
            while (defined(my $piece = $read->())) { $length += length $piece; $md5->add($piece) }
            my ($fill) = $query =~ /fill=(\\d+)/;
            # only when it is served for the first time
            if ($query =~ /nap=([0-9.]+)/ && `grep -c '^$id ' '@notes@'` == 1) { Time::HiRes::sleep($1) }
            my $line = "id=$id length=$length md5=" . $md5->hexdigest . "\\n";
            my $size = $query =~ /framed/ ? 2 * length($line) + $fill : undef;
            my $first = $line . 'x' x int($fill / 2);
            my $second = 'x' x ($fill - int($fill / 2)) . $line;
            $write->($size, $first, $second, ($query =~ /pause=([0-9.]+)/)[0] // 0);
        };
        """;
    private static final String APPLICATION = ECHO + """
        sub {
            my $env = shift;
            my $in = $env->{'psgi.input'};
            return sub {
                my $respond = shift;
                $echo->($env->{HTTP_X_ID}, $env->{QUERY_STRING},
                    sub { my $n = $in->read(my $piece, 65536); $n ? $piece : undef },
                    sub {
                        my ($size, $first, $second, $pause) = @_;
                        my $writer = $respond->([200, ['Content-Type' => 'text/plain', 'X-Pid' => $$,
                            defined $size ? ('Content-Length' => $size) : ()]]);
                        $writer->write($first);
                        Time::HiRes::sleep($pause) if $pause;
                        $writer->write($second);
                        $writer->close;
                    });
            };
        }
        """;
    private static final String SCRIPT = ECHO + """
        binmode STDIN; binmode STDOUT;
        $echo->($ENV{HTTP_X_ID}, $ENV{QUERY_STRING},
            sub { my $n = read STDIN, my $piece, 65536; $n ? $piece : undef },
            sub {
                my ($size, $first, $second, $pause) = @_;
                local $| = 1;
                print "Content-Type: text/plain\\nX-Pid: $$\\n", defined $size ? "Content-Length: $size\\n" : '', "\\n", $first;
                Time::HiRes::sleep($pause) if $pause;
                print $second;
            });
        """;

    private final Path notes;

    private EchoSite(Path notes) {
        this.notes = notes;
    }

    static EchoSite at(Machine machine, String owner, int uid) throws Exception {
        Path notes = machine.write(owner, uid, "notes/served", "", "644");
        machine.write(owner, uid, "app/app.psgi", APPLICATION.replace("@notes@", notes.toString()), "644");
        machine.write(owner, uid, "htdocs/perl/echo.pl", SCRIPT.replace("@notes@", notes.toString()), "644");
        return new EchoSite(notes);
    }

    /** The pids that began to serve each id. */
    static Map<String, List<Integer>> servedBy(EchoSite... sites) throws Exception {
        Map<String, List<Integer>> served = new HashMap<>();
        for (EchoSite site : sites) {
            for (String line : Files.readAllLines(site.notes)) {
                String[] words = line.split(" ");
                served.computeIfAbsent(words[0], id -> new ArrayList<>()).add(Integer.parseInt(words[1]));
            }
        }
        return served;
    }

    List<Integer> servedBy(String id) throws Exception {
        return servedBy(this).getOrDefault(id, List.of());
    }
}
