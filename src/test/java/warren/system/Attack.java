package warren.system;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Each is a script of alice's that goes on until a time, and how many visitors ask for it again and again, in which manner. */
enum Attack {
    FORK_BOMB(4, """
        require POSIX; local $SIG{CHLD} = 'IGNORE';
        while (time < $end) {
            my $pid = fork;
            if (!defined $pid) { select undef, undef, undef, 0.001 }
            elsif (!$pid) { while (time < $end) { fork; select undef, undef, undef, 0.005 } POSIX::_exit(0) }
        }"""),
    MEMORY_BOMB(4, "my @hoard; push @hoard, 'x' x 1_000_000 while time < $end;"),
    CPU_HOG(8, "1 while time < $end;"),
    DESCRIPTORS(4, "my @open; while (open my $file, '<', '/dev/null') { push @open, $file } sleep 1 while time < $end;"),
    SOCKETS(4, """
        use Socket; my @open;
        while (socketpair my $one, my $other, AF_UNIX, SOCK_STREAM, PF_UNSPEC) {
            $_->blocking(0), syswrite $_, 'x' x 200_000 for $one, $other; push @open, $one, $other;
        }
        sleep 1 while time < $end;"""),
    TEMPORARY_FILES(4, """
        while (time < $end) { for my $directory ('/tmp', '/dev/shm', '/var/tmp') {
            open my $file, '>', "$directory/fill$$" or next; 1 while syswrite $file, 'x' x 65536; close $file } }
        unlink "$_/fill$$" for '/tmp', '/dev/shm', '/var/tmp';"""),
    INODES(4, "my $made = 0; while (time < $end) { open my $file, '>', \"/tmp/inode$$.\" . $made++ or last } sleep 1 while time < $end;"),
    SHARED_MEMORY(4, """
        my $made = 0; while (time < $end && $made < 500) {
            my $id = shmget(0, 10_000_000, 01600) // last; shmwrite $id, 'x' x 10_000_000, 0, 10_000_000; $made++ }
        $made = 0; while (time < $end && $made++ < 500) { my $id = msgget(0, 01600) // last; msgsnd $id, pack('l! a*', 1, 'x' x 8000), 0 | 04000 }"""),
    LOG_FLOOD(4, "warn 'x' x 1000 while time < $end;"),
    CRASH_LOOP(8, "kill KILL => $$;"),
    HUNG_REQUESTS(Integer.getInteger("warren.load.hung", 300), "sleep 1 while time < $end;"),
    SLOW_READERS(150, "print 'x' x 5_000_000;", Attack::readSlowly),
    SLOW_UPLOADERS(150, "print length do { local $/; <STDIN> };", Attack::uploadSlowly),
    KILL_ALL(2, "kill KILL => -1;"),
    /** What chance alone makes of the figures. */
    NOTHING(0, "");

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int SLOWLY_MILLIS = 100;
    private static final int UPLOADED_BYTES = 1_000_000;
    private final int visitors;
    private final String perl;
    private final Visit visit;

    /** One visit, which ends early where the attack is over. */
    interface Visit {
        void at(int port, String target, BooleanSupplier over) throws IOException;
    }

    Attack(int visitors, String perl) {
        this(visitors, perl, Attack::ask);
    }

    Attack(int visitors, String perl, Visit visit) {
        this.visitors = visitors;
        this.perl = perl;
        this.visit = visit;
    }

    /** Those of a list with commas; all, where it is empty. */
    static List<Attack> named(String names) {
        return names.isEmpty() ? List.of(values()) : Arrays.stream(names.split(",")).map(name -> valueOf(name.toUpperCase(Locale.ROOT))).toList();
    }

    /** What a process needs to know the same attacks. */
    static String asProperty() {
        return "-Dwarren.load.hung=" + HUNG_REQUESTS.visitors;
    }

    String path() {
        return "/perl/" + name().toLowerCase(Locale.ROOT) + ".pl";
    }

    int visitors() {
        return visitors;
    }

    String script() {
        return "use strict; print \"Content-Type: text/plain\\n\\nbegun\"; my $end = $ENV{QUERY_STRING}; " + perl;
    }

    /**
     * One visit, as long as the visitor has the patience.
     *
     * @param end in seconds since 1970: until when the script goes on
     * @throws IOException where the visitor was refused, or the attack is over
     */
    void visit(int port, long end, BooleanSupplier over) throws IOException {
        visit.at(port, path() + "?" + end, over);
    }

    private static Wire request(int port, String method, String target, String headers) throws IOException {
        Wire wire = new Wire(port, PATIENCE);
        wire.send(method + " " + target + " HTTP/1.1\r\nHost: alice.localhost\r\nConnection: close\r\n" + headers + "\r\n");
        return wire;
    }

    private static void ask(int port, String target, BooleanSupplier over) throws IOException {
        try (Wire wire = request(port, "GET", target, "")) {
            wire.head();
        }
    }

    /** A buffer at a time. */
    private static void readSlowly(int port, String target, BooleanSupplier over) throws IOException {
        try (Wire wire = request(port, "GET", target, "")) {
            wire.body(wire.head(), (bytes, count) -> pauseUnless(over));
        }
    }

    private static void uploadSlowly(int port, String target, BooleanSupplier over) throws IOException {
        try (Wire wire = request(port, "POST", target, "Content-Length: " + UPLOADED_BYTES + "\r\n")) {
            for (int sent = 0; sent < UPLOADED_BYTES && !over.getAsBoolean(); sent += 1000) {
                wire.out().write(new byte[1000]);
                pauseUnless(over);
            }
        }
    }

    private static void pauseUnless(BooleanSupplier over) throws IOException {
        if (over.getAsBoolean()) {
            throw new IOException("over");
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SLOWLY_MILLIS));
    }
}
