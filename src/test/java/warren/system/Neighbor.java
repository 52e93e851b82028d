package warren.system;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is there of a neighbor beside Warren: a process with a canary in its arguments and environment that listens on
 * the loopback, on Unix sockets with and without a path, and has left shared memory and files where everybody can.
 */
final class Neighbor implements AutoCloseable {
    private static final String PROGRAM = """
        use IO::Socket::INET; use IO::Socket::UNIX; use Socket; use IPC::SysV qw(IPC_CREAT);
        my ($canary, $directory) = @ARGV;
        $( = $) = "$<uid> $<uid>"; $< = $> = $<uid>;
        my $tcp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "tcp: $@";
        my $udp = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Proto => 'udp') or die "udp: $@";
        my $unix = IO::Socket::UNIX->new(Local => "$directory/socket", Listen => 5) or die "unix: $!";
        chmod 0777, "$directory/socket";
        my $abstract = IO::Socket::UNIX->new(Local => "\\0$canary", Listen => 5) or die "abstract: $!";
        my $key = 0x5a000000 + $$;
        defined shmget($key, 100, IPC_CREAT | 0666) or die "shmget: $!";
        defined semget($key, 1, IPC_CREAT | 0666) or die "semget: $!";
        defined msgget($key, IPC_CREAT | 0666) or die "msgget: $!";
        for my $place ('/tmp', '/var/tmp', '/dev/shm') { open my $file, '>', "$place/$canary" or die "$place: $!"; print {$file} 'seen' }
        open my $file, '>', "$directory/ready" or die "$directory: $!";
        print {$file} 'tcp=', $tcp->sockport, ' udp=', $udp->sockport, " key=$key pid=$$\\n"; close $file;
        $SIG{TERM} = sub {
            shmctl shmget($key, 0, 0), 0, 0; semctl semget($key, 0, 0), 0, 0, 0; msgctl msgget($key, 0), 0, 0;
            unlink "$_/$canary" for '/tmp', '/var/tmp', '/dev/shm'; exit;
        };
        while (1) { my $from = recv $udp, my $text, 10, 0; send $udp, 'answer', 0, $from if defined $from }
        """;
    private final String canary;
    private final Path directory;
    private final Process process;
    private final Map<String, String> facts = new TreeMap<>();

    Neighbor(Machine machine, int uid) throws Exception {
        canary = "canary-" + uid + "-" + machine.port();
        directory = Files.createDirectories(machine.base().resolve("neighbor"));
        Command.run("chown", Integer.toString(uid), directory.toString()).orFail();
        Command.run("chmod", "777", directory.toString()).orFail();
        Path output = machine.base().resolve("neighbor.out");
        ProcessBuilder start = new ProcessBuilder("/usr/bin/perl", "-e", PROGRAM.replace("$<uid>", Integer.toString(uid)), canary,
            directory.toString()).redirectErrorStream(true).redirectOutput(output.toFile());
        start.environment().put("SECRET", canary);
        process = start.start();
        Path ready = directory.resolve("ready");
        Await.until("the neighbor's readiness", java.time.Duration.ofSeconds(20), () -> {
            if (!process.isAlive()) {
                throw new AssertionError(Files.readString(output));
            }
            return Files.exists(ready) && Files.readString(ready).endsWith("\n");
        });
        for (String fact : Files.readString(ready).strip().split(" ")) {
            facts.put(fact.split("=")[0], fact.split("=")[1]);
        }
    }

    /** Where everything is, as a query for the probes. */
    String query(Machine machine) throws IOException {
        Map<String, String> at = new TreeMap<>(facts);
        at.put("bob", facts.get("pid"));
        at.put("argument", canary);
        at.put("abstract", canary);
        at.put("socket", directory.resolve("socket").toString());
        at.put("base", machine.base().toString());
        at.put("bobs", machine.site("bob").resolve("htdocs").toString());
        at.put("runtime", machine.home().resolve("plugins/perl/runtime").toString());
        at.put("launcher", Long.toString(machine.launcher().pid()));
        at.put("httpd", Integer.toString(machine.port()));
        return at.entrySet().stream().map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    }

    /** What the probes found, by their names. */
    static Map<String, String> probe(Machine machine, String owner, String query) throws Exception {
        Reply reply = machine.http().get(owner + ".localhost", "/perl/probes.pl?" + query);
        if (reply.status() != 200) {
            throw new AssertionError(reply.status() + " " + reply.body());
        }
        Map<String, String> results = new TreeMap<>();
        for (String line : reply.body().strip().split("\n")) {
            List<String> fields = List.of(line.split("\t", 2));
            results.put(fields.get(0), fields.get(1).replace('\t', ' '));
        }
        return results;
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        process.waitFor();
    }
}
