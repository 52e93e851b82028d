package warren.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Kills interpreters that do nothing. It chooses one that has not run for a while, stops it, looks whether a request
 * has come to it meanwhile, and only where none has, kills it. A killed process takes some milliseconds to end; where a
 * request comes to it in that time, it was not idle, and is not counted as such.
 */
final class Killer implements AutoCloseable {
    // pidfd_open(2) is system call 434 and pidfd_getfd(2) 438 on every architecture
    private static final String PROGRAM = """
        use strict; use warnings; use Socket qw(MSG_PEEK MSG_DONTWAIT); use Errno qw(EAGAIN); use Time::HiRes qw(sleep);
        $| = 1;
        my @kept; # connections of the chosen one, so that what comes between the look and its end is seen
        sub switches { open my $s, '<', "/proc/$_[0]/status" or return ''; return join ' ', grep { /State:\\s+S|switches/ } <$s> }
        # what it has read in all: a signal takes effect a moment later, in which a request may still be taken
        sub has_read { open my $io, '<', "/proc/$_[0]/io" or return 'gone'; return join ' ', grep { /^rchar/ } <$io> }
        sub await_stopped {
            my $pid = shift;
            while (open my $status, '<', "/proc/$pid/status") {
                last if !grep { /State:\\s+[SRD]/ } <$status>;
                sleep 0.001;
            }
        }
        sub is_asked {
            my $pid = shift;
            @kept = ();
            my $handle = syscall 434, $pid, 0;
            return 1 if $handle < 0;
            open my $process, '<&=', $handle or die $!;
            for my $fd (map { m{([0-9]+)$} } glob "/proc/$pid/fd/*") {
                next if (readlink("/proc/$pid/fd/$fd") // '') !~ /^socket:/;
                my $copy = syscall 438, $handle, $fd + 0, 0; # a string would be passed as an address
                next if $copy < 0;
                open my $socket, '+<&=', $copy or die $!;
                return 1 if defined recv $socket, my $byte, 1, MSG_PEEK | MSG_DONTWAIT;
                push @kept, $socket if $! == EAGAIN;
            }
            return @kept == 0;
        }
        # a zombie has closed what it had
        sub ended {
            my $pid = shift;
            while (open my $stat, '<', "/proc/$pid/stat") {
                last if (<$stat> // ') Z ') =~ /\\) [ZX] /;
                sleep 0.001;
            }
            return 1;
        }
        while (<STDIN>) {
            my %before = map { $_ => switches($_) } split;
            my %read = map { $_ => has_read($_) } keys %before;
            sleep 0.05;
            my $killed = 0;
            for my $pid (grep { $before{$_} =~ /State/ && $before{$_} eq switches($_) } keys %before) {
                kill STOP => $pid or next;
                await_stopped($pid);
                if (has_read($pid) ne $read{$pid} || is_asked($pid)) { kill CONT => $pid; @kept = (); next }
                kill KILL => $pid;
                $killed = $pid;
                last;
            }
            my $was_asked = $killed && ended($killed) && grep { defined recv $_, my $byte, 1, MSG_PEEK | MSG_DONTWAIT } @kept;
            @kept = ();
            print $was_asked ? "-$killed\\n" : "$killed\\n";
        }
        """;
    private final Process process;
    private final BufferedReader answers;
    private int askedWhileItDied;

    Killer() throws IOException {
        process = new ProcessBuilder("perl", "-e", PROGRAM).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = process.inputReader();
    }

    /** The one that was killed, where one of these was idle. */
    Optional<Integer> killAnIdleOneOf(List<Integer> pids) throws IOException {
        process.outputWriter().write(pids.stream().map(String::valueOf).collect(Collectors.joining(" ")) + "\n");
        process.outputWriter().flush();
        int killed = Integer.parseInt(answers.readLine());
        if (killed < 0) {
            askedWhileItDied++;
        }
        return killed <= 0 ? Optional.empty() : Optional.of(killed);
    }

    /** How many were killed and asked before they had ended. */
    int askedWhileItDied() {
        return askedWhileItDied;
    }

    /** Whatever it does. */
    static void kill(int pid) {
        if (!ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
            throw new AssertionError("no process " + pid + " to kill");
        }
    }

    @Override
    public void close() throws Exception {
        process.outputWriter().close();
        process.waitFor();
    }
}
