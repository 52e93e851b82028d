package warren.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Alice's code takes all that it can get of each thing that has a limit, through the kernel's own limits; bob's has his. */
final class QuotasTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String FORK = """
        print "Content-Type: text/plain\\n\\n"; my $made = 0; local $SIG{CHLD} = 'IGNORE';
        while (defined(my $pid = fork)) {
            if (!$pid) {
                require POSIX; POSIX::setsid(); POSIX::close($_) for 0 .. 20;
                if ($ENV{QUERY_STRING}) { while (1) { fork; select undef, undef, undef, 0.01 } }
                sleep 1000; exit;
            }
            $made++;
        }
        print "made $made: $!"; kill KILL => $$ if $ENV{QUERY_STRING};
        """;
    private static Machine machine;

    @BeforeAll
    static void start() throws Exception {
        machine = new Machine();
        machine.addOwner("alice", Machine.ALICE, "WarrenQuotas strict", "WarrenMemoryMax 64M", "WarrenProcessesMax 20",
            "WarrenOpenFilesMax 64", "WarrenFileSizeMax 8M", "WarrenTmpMax 4M", "WarrenTmpFilesMax 100", "WarrenShmMax 2M",
            "WarrenCpuMax 50%", "WarrenNice 3", "WarrenIoPriority 6", "WarrenCoreMax 5M");
        machine.addOwner("bob", Machine.BOB, "WarrenRequestCpuMax 1s");
        machine.addOwner("carol", Machine.CAROL, "WarrenMemoryMax 64M", "WarrenMemoryKill all");
        machine.write("carol", Machine.CAROL, "htdocs/perl/once.pl", """
            open my $file, '>>', "$ENV{DOCUMENT_ROOT}/asked"; print {$file} "asked\\n"; close $file;
            my @hoard; push @hoard, 'x' x 1_000_000 for 1 .. 200; print "Content-Type: text/plain\\n\\nsurvived";
            """, "644");
        machine.addOwner("fay", Machine.ERIN, "WarrenMemoryMax 32M");
        machine.write("fay", Machine.ERIN, "htdocs/perl/sockets.pl", """
            use Socket; my @open; print "Content-Type: text/plain\\n\\n";
            while (socketpair my $one, my $other, AF_UNIX, SOCK_STREAM, PF_UNSPEC) {
                $_->blocking(0), syswrite $_, 'x' x 400_000 for $one, $other; push @open, $one, $other;
            }
            print scalar(@open), " $!";
            """, "644");
        for (String ofDave : List.of("dave", "erin")) {
            machine.addOwner(ofDave, Machine.DAVE, "WarrenQuotasOf owner", "WarrenProcessesMax 20");
            machine.write(ofDave, Machine.DAVE, "htdocs/perl/fork.pl", FORK, "644");
        }
        script("memory", "my @hoard; push @hoard, 'x' x 1_000_000 for 1 .. 200; print 'survived'");
        machine.write("alice", Machine.ALICE, "htdocs/perl/fork.pl", FORK, "644");
        script("files", "my @open; while (open my $file, '<', '/dev/null') { push @open, $file } print scalar(@open), \" $!\"");
        script("size", """
            open my $file, '>', "$ENV{DOCUMENT_ROOT}/../large" or die "$!"; my $written = 0;
            while (my $count = syswrite $file, 'x' x 100_000) { $written += $count } print "$written $! ", -s $file;
            unlink "$ENV{DOCUMENT_ROOT}/../large";""");
        script("fill", """
            my ($directory) = $ENV{QUERY_STRING} =~ /(.+)/; my $written = 0;
            open my $file, '>', "$directory/fill" or die "$!";
            while (my $count = syswrite $file, 'x' x 65536) { $written += $count; last if $written > 50_000_000 } print "$written $!";
            unlink "$directory/fill";""");
        script("inodes", """
            my $made = 0; while ($made < 1000 && open my $file, '>', "/tmp/inode$made") { $made++ } print "$made $!";
            unlink "/tmp/inode$_" for 0 .. $made;""");
        script("loop", "1 while 1");
        script("sleep", "sleep 4; print 'slept'");
        script("leave", "open my $file, '>', '/tmp/left' or die; print {$file} 'of alice'; print shmget(4711, 100, 01666) // \"$!\"");
        script("look", "print -e '/tmp/left' ? 'there' : 'not there', ' ', (-s '/var/tmp/left') // 0, ' ', shmget(4711, 100, 0666) // \"$!\"");
        script("segments", """
            my (@segments, @queues, @sets);
            while (@segments < 100 && defined(my $id = shmget 0, 500_000, 01600)) { push @segments, $id } print scalar(@segments), " $!, ";
            while (@queues < 1000 && defined(my $id = msgget 0, 01600)) { push @queues, $id } print scalar(@queues), " $!, ";
            while (@sets < 1000 && defined(my $id = semget 0, 3000, 01600)) { push @sets, $id } print scalar(@sets), " $!";
            shmctl $_, 0, 0 for @segments; msgctl $_, 0, 0 for @queues; semctl $_, 0, 0, 0 for @sets;""");
        script("limits", "open my $in, '<', '/proc/self/limits'; print <$in>; print 'nice ', getpriority(0, 0), ' ', qx(ionice -p $$)");
        machine.start();
    }

    private static void script(String name, String perl) throws Exception {
        for (Map.Entry<String, Integer> owner : Map.of("alice", Machine.ALICE, "bob", Machine.BOB, "dave", Machine.DAVE).entrySet()) {
            machine.write(owner.getKey(), owner.getValue(), "htdocs/perl/" + name + ".pl",
                "print \"Content-Type: text/plain\\n\\n\"; " + perl, "644");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        machine.close();
    }

    private static Reply get(String owner, String path) throws Exception {
        return machine.http().get(owner + ".localhost", "/perl/" + path);
    }

    private static String body(String path) throws Exception {
        Reply reply = get("alice", path);
        assertEquals(200, reply.status(), reply::body);
        return reply.body();
    }

    @Test
    void whoTakesTooMuchMemoryIsKilledAndTheNextIsServed() throws Exception {
        String parent = parent("alice");
        Reply killed = get("alice", "memory.pl");
        assertEquals(503, killed.status());
        assertTrue(killed.header("Retry-After").isPresent());
        String log = Files.readString(machine.base().resolve("log/owners/alice.localhost.log"));
        assertTrue(log.matches("(?s).* killed: memory 64M reached, peak 6[0-9]M, [0-9]+ processes left, in /perl/memory\\.pl\n.*"), log);
        Healing.after("memory of a virtual host at its limit", () -> get("alice", "who.pl").status() == 200);
        assertEquals(parent, parent("alice"), "its generation goes on");
        assertEquals("survived", get("dave", "memory.pl").body());
    }

    /** What sockets hold is in no process, and the kernel ends what is largest of all the same: perhaps the parent interpreter. */
    @Test
    void whoHoldsMemoryThatIsInNoProcessIsEndedAndTheNextIsServed() throws Exception {
        assertEquals(503, get("fay", "sockets.pl").status());
        assertTrue(machine.ownersLog("fay").contains("killed: memory 32M reached"), machine.ownersLog("fay"));
        Await.until("her being served again", SOON, () -> get("fay", "who.pl").status() == 200);
    }

    /** The parent interpreter goes with the others where the kernel can do that, which version 1 cannot. */
    @Test
    void whereAllOfAGroupAreKilledForMemoryTheReasonIsToldAndNothingIsTriedAgain() throws Exception {
        for (int times = 1; times <= 3; times++) {
            assertEquals(503, get("carol", "once.pl").status());
            assertEquals(times, Files.readAllLines(machine.site("carol").resolve("htdocs/asked")).size());
            String log = machine.ownersLog("carol");
            assertEquals(times, log.lines().filter(line -> line.contains("killed: memory 64M reached")).count(), log);
            Await.until("her being served again", SOON, () -> get("carol", "who.pl").status() == 200);
        }
    }

    @Test
    void whoTakesTooMuchProcessorTimeInOneRequestSaysWhereAndIsEnded() throws Exception {
        Reply killed = get("bob", "loop.pl");
        assertEquals(503, killed.status());
        assertTrue(killed.header("Retry-After").isPresent());
        String log = machine.ownersLog("bob");
        assertTrue(log.matches("(?s).* killed: processor time of one request, 1 s \\(WarrenRequestCpuMax\\), reached, in /perl/loop\\.pl\n.*"), log);
        assertTrue(log.contains("in the script at " + machine.site("bob").resolve("htdocs/perl/loop.pl") + " line 1"), log);
        assertEquals("slept", get("bob", "sleep.pl").body(), "it is not the time that counts");
        assertEquals(1, machine.pool("bob").path("failuresBy").path("QUOTA_REACHED").asInt());
    }

    private static String parent(String owner) throws Exception {
        assertEquals(200, get(owner, "who.pl").status());
        return machine.pool(owner).path("generations").path(0).path("number").asText();
    }

    @Test
    void aForkBombEndsAtTheLimitAndItsDaemonsWithTheGeneration() throws Exception {
        String told = body("fork.pl");
        assertTrue(told.matches("made 1[0-9]: Resource temporarily unavailable"), told);
        assertEquals(200, get("bob", "who.pl").status());
        assertTrue(Processes.of(Machine.ALICE).size() <= 20);
        machine.warren("reload", "alice.localhost").orFail();
        Await.until("the daemons' end", SOON, () -> Processes.of(Machine.ALICE).size() < 6);
        String log = Files.readString(machine.base().resolve("log/launcher.log"));
        assertTrue(log.matches("(?s).*vhost=alice\\.localhost gen=[0-9]+ \\S*.*\\(its quotas until now: [^)]*[0-9]+ forks refused.*"), log);
        body("who.pl");
    }

    /** A bomb that goes on and on leaves no room for another interpreter: the generation makes place for the next. */
    @Test
    void isServedAgainAfterAForkBombThatHasKilledItsOwnInterpreter() throws Exception {
        assertEquals(502, get("alice", "fork.pl?suicide").status());
        // launches after two ends in a row are held back for a second
        Await.until("her being served again", SOON, () -> get("alice", "who.pl").status() == 200);
        Await.until("the bomb's end", SOON, () -> Processes.of(Machine.ALICE).size() < 6);
        String log = Files.readString(machine.base().resolve("log/owners/alice.localhost.log"));
        assertTrue(log.contains("no interpreter can be made: fork: Resource temporarily unavailable"), log);
    }

    @Test
    void openFilesAndFileSizesAndTemporaryFilesHaveLimits() throws Exception {
        assertTrue(body("files.pl").matches("[56][0-9] Too many open files"), body("files.pl"));
        assertEquals("8388608 File too large 8388608", body("size.pl"));
        assertEquals("4194304 No space left on device", body("fill.pl?/tmp"));
        assertEquals("4194304 No space left on device", body("fill.pl?/var/tmp"));
        assertEquals("2097152 No space left on device", body("fill.pl?/dev/shm"));
        assertTrue(body("inodes.pl").matches("[89][0-9] No space left on device"), body("inodes.pl"));
        List<String> machines = limitsOfSystemVIpc();
        for (int time = 0; time < 2; time++) {
            assertEquals("4 No space left on device, 1 No space left on device, 2 No space left on device", body("segments.pl"));
        }
        assertEquals(machines, limitsOfSystemVIpc(), "the machine's own");
        String limits = body("limits.pl");
        assertTrue(limits.matches("(?s).*Max open files +64 +64 .*") && limits.matches("(?s).*Max core file size +5242880 +5242880 .*")
            && limits.matches("(?s).*Max msgqueue size +0 +0 .*") && limits.endsWith("nice 3 best-effort: prio 6\n"), limits);
        assertTrue(get("bob", "limits.pl").body().matches("(?s).*Max core file size +0 +0 .*nice 0 none: prio 0\n"), "what holds where nothing is said");
    }

    private static List<String> limitsOfSystemVIpc() throws IOException {
        List<String> limits = new ArrayList<>();
        for (String setting : List.of("shmall", "msgmni", "sem")) {
            limits.add(Files.readString(Path.of("/proc/sys/kernel", setting)));
        }
        return limits;
    }

    @Test
    void twoVirtualHostsOfOneOwnerShareHisQuotasWhereThatIsSaid() throws Exception {
        assertEquals(200, get("erin", "who.pl").status());
        Reply first = get("dave", "fork.pl");
        assertTrue(first.body().matches("made 1[0-9]: Resource temporarily unavailable"), first::body);
        Reply second = get("erin", "fork.pl");
        assertTrue(second.body().matches("made [0-2]: Resource temporarily unavailable"), second::body);
        assertTrue(Processes.of(Machine.DAVE).size() <= 20);
        machine.warren("reload", "dave.localhost").orFail();
        Await.until("room again", SOON, () -> Processes.of(Machine.DAVE).size() < 10);
        assertEquals(200, get("erin", "who.pl").status());
    }

    @Test
    void limitsAreShownWithWhereTheyWereSaidAndWhatIsTaken() throws Exception {
        body("who.pl");
        String configuration = machine.writeConfiguration().toString();
        String shown = machine.warren("limits", "alice.localhost", "-f", configuration).orFail();
        assertTrue(shown.matches("(?s).*\nWarrenMemoryMax +64M +/\\S+:[0-9]+ +[0-9]+M now, [0-9]+M at most.*"), shown);
        assertTrue(shown.matches("(?s).*\nWarrenProcessesMax +20 +/\\S+:[0-9]+ +[0-9]+ now, [0-9]+ at most.*"), shown);
        assertTrue(shown.matches("(?s).*\nWarrenQueueLength +100 +default +0 now\n.*"), shown);
        assertTrue(shown.contains("\nWarrenAddressSpaceMax      none       default\n"), shown);
        assertTrue(machine.warren("limits", "nobody.localhost", "-f", configuration).output().contains("no virtual host or service"));
    }

    @Test
    void aBadLimitIsRefusedByConfigtest() throws Exception {
        Path bad = machine.writeConfiguration("bad.conf", Machine.freePort(), """
            <IfModule mod_warren.c>
                WarrenMemoryMax 256
                WarrenMemoryHigh 1G
            </IfModule>
            """);
        String told = machine.warren("configtest", "-f", bad.toString()).output();
        assertTrue(told.contains("\"256\", expected a size with its unit such as 64K, 256M or 2G, 16M to 1048576G, or none"), told);
    }

    /** As in many containers. */
    @Test
    void configtestSaysWhereSystemVIpcCannotBeLimited() throws Exception {
        String configuration = machine.writeConfiguration().toString();
        String warning = "warning: /proc/sys/kernel/shmall cannot be written (";
        assertFalse(machine.warren("configtest", "-f", configuration).orFail().contains(warning));
        String readOnly = Command.run("unshare", "--mount", "sh", "-c",
            "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec \"$0\" configtest -f \"$1\"",
            machine.home().resolve("bin/warren").toString(), configuration).orFail();
        assertTrue(readOnly.contains(warning), readOnly);
    }

    @Test
    void temporaryFilesAndSharedMemoryAreSeenByNobodyElseAndGoWithTheGeneration() throws Exception {
        assertTrue(body("leave.pl").matches("[0-9]+( but true)?"), body("leave.pl"));
        assertTrue(body("look.pl").startsWith("there 8 "), body("look.pl"));
        assertEquals("not there 0 No such file or directory", get("bob", "look.pl").body());
        assertFalse(Files.exists(Path.of("/tmp/left")));
        machine.warren("reload", "alice.localhost").orFail();
        Await.until("the next generation", SOON, () -> body("look.pl").equals("not there 0 No such file or directory"));
    }
}
