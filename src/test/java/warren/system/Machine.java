package warren.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A private Warren behind a private httpd, below a directory of its own, with owners that need no account. It is laid
 * out, then started; {@link #close} compares the pools' counters with the cgroups' processes, ends it, and fails where
 * they differ or anything of it is left: a process under one of its UIDs, a
 * cgroup, a socket, a mount, its runtime directory. Where that or a test fails the logs are printed.
 */
final class Machine implements AutoCloseable {
    static final int CONNECTOR = 60_100;
    static final int ALICE = 60_101;
    static final int BOB = 60_102;
    static final int CAROL = 60_103;
    static final int DAVE = 60_104;
    static final int ERIN = 60_105;
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration STOP = Duration.ofSeconds(60);
    /** Those that are not closed. */
    private static final Set<Machine> UP = ConcurrentHashMap.newKeySet();

    private final Path base;
    private final int port;
    private final HttpdConfiguration configuration;
    private final Accounts accounts;
    private final List<Process> httpds = new ArrayList<>();
    private final Map<String, Integer> uids = new TreeMap<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final boolean ownDisk;
    private List<String> startedBy = List.of();
    private Process launcher;
    private volatile boolean failed;

    Machine() throws Exception {
        this(Optional.empty());
    }

    private Machine(Optional<String> disk) throws Exception {
        String home = System.getProperty("warren.home", "");
        if (!Files.isExecutable(Path.of(home, "bin/warren"))) {
            throw new IOException("the property warren.home (\"" + home + "\") names no built Warren; run ./warren test");
        }
        base = Files.createTempDirectory(Path.of("/var/lib"), "warren-test.");
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        ownDisk = disk.isPresent();
        if (ownDisk) {
            Command.run("mount", "-t", "tmpfs", "-o", "mode=755," + disk.get(), "warren-test", base.toString()).orFail();
        }
        Command.run("cp", "-a", home, base.resolve("warren").toString()).orFail();
        Files.createDirectories(base.resolve("httpd"));
        Files.createDirectories(base.resolve("sites"));
        port = freePort();
        configuration = new HttpdConfiguration(base);
        accounts = new Accounts(base.resolve("run"));
        UP.add(this);
    }

    /**
     * With all that is its own on a disk of its own: logs, spool, runtime directory and the rest.
     *
     * @param options of a tmpfs
     */
    static Machine onDisk(String options) throws Exception {
        return new Machine(Optional.of(options));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    Path base() {
        return base;
    }

    Path home() {
        return base.resolve("warren");
    }

    Path site(String owner) {
        return base.resolve("sites").resolve(owner);
    }

    /** The launcher's part of the cgroup tree. */
    Path cgroup() throws IOException {
        return Path.of(Files.readAllLines(base.resolve("run/notes/cgroups")).getFirst());
    }

    int port() {
        return port;
    }

    Http http() {
        return new Http(port);
    }

    /** How many requests httpd takes at a time. */
    void setWorkers(int atATime) {
        configuration.setWorkers(atATime);
    }

    /** Of the first virtual host, which httpd takes for any name that it does not know. */
    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The usual virtual host: scripts below {@code /perl}, an application at {@code /app}. */
    void addOwner(String owner, int uid, String... directives) throws Exception {
        makeSite(owner, uid);
        configuration.add(virtualHost(owner, uid, directives));
    }

    void makeSite(String owner, int uid) throws Exception {
        uids.put(owner, uid);
        Files.createDirectories(site(owner).resolve("htdocs/perl"));
        write(owner, uid, "htdocs/index.html", "static page of " + owner + "\n", "644");
        write(owner, uid, "htdocs/perl/who.pl", """
            my ($gid, @groups) = split ' ', $(;
            print "Content-Type: text/plain\\n\\nuid=$< gid=$gid groups=@groups pid=$$\\n";
            """, "644");
        write(owner, uid, "app/app.psgi", """
            sub { my $env = shift; [200, ['Content-Type' => 'text/plain'],
                ["app of uid=$< script=$env->{SCRIPT_NAME} path=$env->{PATH_INFO} uri=$env->{REQUEST_URI} user="
                    . ($env->{REMOTE_USER} // '') . " pid=$$\\n"]] }
            """, "644");
        Command.run("chown", "-R", uid + ":" + uid, site(owner).toString()).orFail();
    }

    String virtualHost(String owner, int uid, String... directives) {
        return configuration.virtualHost(owner, uid, directives);
    }

    /** A file of an owner's. */
    Path write(String owner, int uid, String name, String text, String mode) throws Exception {
        Path file = site(owner).resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Command.run("chmod", mode, file.toString()).orFail();
        Command.run("chown", uid + ":" + uid, file.getParent().toString(), file.toString()).orFail();
        return file;
    }

    /** More for httpd.conf, in the server or a virtual host of its own. {@code @base@} and {@code @port@} are known. */
    void addConfiguration(String text) {
        configuration.add(text + '\n');
    }

    Path writeConfiguration() throws IOException {
        return configuration.write("httpd.conf", port);
    }

    /** A further httpd's, with these lines in the place of the owners'. */
    Path writeConfiguration(String name, int listenPort, String more) throws IOException {
        return configuration.write(name, listenPort, more);
    }

    /** A variable of the launcher's environment. */
    void setEnvironment(String name, String value) {
        environment.put(name, value);
    }

    /** A command that starts the launcher, and becomes it: {@code warren start ...} are its last arguments. */
    void startBy(String... command) {
        startedBy = List.of(command);
    }

    /** Writes the configuration, starts Warren and httpd, and waits until both serve. */
    void start() throws Exception {
        Path file = writeConfiguration();
        startWarren(file);
        startHttpd(file, port);
    }

    void startWarren(Path configuration) throws Exception {
        Path output = base.resolve("start.out");
        List<String> command = new ArrayList<>(startedBy);
        command.addAll(List.of(home().resolve("bin/warren").toString(), "start", "-f", configuration.toString()));
        ProcessBuilder start = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        start.environment().putAll(environment);
        launcher = start.start();
        Await.until("the launcher's ready", START, () -> {
            if (!launcher.isAlive()) {
                throw new AssertionError("the launcher ended: " + Files.readString(output));
            }
            return Files.readString(output).lines().anyMatch("ready"::equals);
        });
    }

    void startHttpd(Path configuration, int listenPort) throws Exception {
        Path output = base.resolve("httpd/start.out");
        Process httpd = new ProcessBuilder("/usr/sbin/apache2", "-f", configuration.toString(), "-D", "FOREGROUND")
            .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        httpds.add(httpd);
        Await.until("httpd's answer", START, () -> {
            if (!httpd.isAlive()) {
                throw new AssertionError("httpd ended: " + Files.readString(output));
            }
            try {
                return new Http(listenPort).get("localhost", "/").status() != 0;
            } catch (IOException notYet) {
                return false;
            }
        });
    }

    /** apachectl graceful. */
    void reloadHttpd() throws Exception {
        Command.run("/usr/sbin/apache2", "-f", base.resolve("httpd.conf").toString(), "-k", "graceful").orFail();
    }

    /** apachectl stop. */
    void stopHttpd() throws Exception {
        for (Process httpd : httpds) {
            httpd.destroy();
            httpd.waitFor();
        }
        httpds.clear();
    }

    /** The installed command. */
    Command warren(String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(home().resolve("bin/warren").toString()));
        all.addAll(List.of(words));
        if (List.of("reload", "restart", "stop", "status", "limits", "attest").contains(words[0])) {
            all.addAll(List.of("--runtime", base.resolve("run").toString()));
        }
        return Command.run(all);
    }

    /** As {@code warren reload} asks, without the start of a command. */
    void reload(String owner) throws IOException {
        accounts.reload(owner);
    }

    /** The launcher's account of an owner's virtual host. */
    JsonNode launched(String owner) throws IOException {
        return accounts.launched(owner);
    }

    /** Processor time that httpd and the connector have taken until now, for whomever. */
    Duration frontTime() throws IOException {
        Stream<ProcessHandle> httpd = httpds.stream().flatMap(one -> Stream.concat(Stream.of(one.toHandle()), one.descendants()));
        return Stream.concat(httpd, ProcessHandle.of(connector()).stream())
            .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO)).reduce(Duration.ZERO, Duration::plus);
    }

    Process launcher() {
        return launcher;
    }

    /** As a crash, or the kernel where memory is short; {@link #startWarren} starts the next. */
    void killLauncher() throws InterruptedException {
        launcher.destroyForcibly().waitFor();
    }

    String ownersLog(String owner) throws IOException {
        Path log = base.resolve("log/owners/" + owner + ".localhost.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /** The connector's own account of itself, without the command: asked often, and while much is going on. */
    JsonNode connectorStatus() throws IOException {
        return accounts.connector();
    }

    /** The pool of an owner's virtual host, by the connector's account. */
    JsonNode pool(String owner) throws IOException {
        return accounts.pool(owner);
    }

    /** Waits for a state of an owner's pool; says in which it was where that does not come. */
    void awaitPool(String owner, String what, Duration within, Predicate<JsonNode> condition) throws Exception {
        JsonNode[] last = new JsonNode[1];
        try {
            Await.until(what, within, () -> condition.test(last[0] = pool(owner)));
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ": " + last[0], e);
        }
    }

    /** The interpreters of an owner's virtual host, not its parents, by the connector's account. */
    List<Integer> interpretersOf(String owner) throws Exception {
        List<Integer> pids = new ArrayList<>();
        for (JsonNode generation : pool(owner).path("generations")) {
            for (JsonNode pid : generation.path("pids")) {
                Processes.onHost(uids.get(owner), pid.asText()).ifPresent(found -> pids.add(Integer.valueOf(found)));
            }
        }
        return pids;
    }

    /** The parent interpreter of the generation that an owner's virtual host has. */
    long parentOf(String owner) throws IOException {
        String generation = owner + ".localhost." + pool(owner).path("generations").path(0).path("number").asInt();
        return Long.parseLong(Files.readAllLines(base.resolve("run/notes/generations").resolve(generation)).getFirst()
            .replace("pid=", ""));
    }

    /** The connector that runs, by its own account. */
    long connector() throws IOException {
        return connectorStatus().path("pid").asLong();
    }

    /** The machines that are up belong to a test that failed: they print their logs at their end. */
    static void aTestFailed() {
        UP.forEach(machine -> machine.failed = true);
    }

    /** The pools' counters and the processes in the cgroups, by the connector's and the launcher's accounts. */
    boolean countsAreEqual() throws Exception {
        return Accounts.countsAreEqual(new ObjectMapper().readTree(warren("status", "--json").orFail()));
    }

    private void requireEqualCounts() throws Exception {
        if (launcher != null && launcher.isAlive()) {
            Await.until("equal counts of pools and cgroups", STOP, this::countsAreEqual);
        }
    }

    @Override
    public void close() throws Exception {
        try {
            requireEqualCounts();
        } finally {
            end();
        }
    }

    private void end() throws Exception {
        UP.remove(this);
        stopHttpd();
        if (launcher != null) {
            launcher.destroy();
            Await.until("the launcher's end", STOP, () -> !launcher.isAlive());
        }
        List<String> left = new ArrayList<>(Leftovers.of(base, List.of(CONNECTOR, ALICE, BOB, CAROL, DAVE, ERIN)));
        if (Files.exists(base.resolve("run"))) {
            left.add("the runtime directory");
        }
        if (failed || !left.isEmpty()) {
            printLogs();
        }
        if (ownDisk) {
            Command.run("umount", base.toString()).orFail();
        }
        Command.run("rm", "-rf", base.toString()).orFail();
        if (!left.isEmpty()) {
            throw new AssertionError("left behind: " + left);
        }
    }

    private void printLogs() throws IOException {
        try (Stream<Path> files = Files.walk(base, 4)) {
            for (Path file : files.filter(f -> f.toString().matches(".*(\\.log|\\.out)")).toList()) {
                System.err.println("== " + file + "\n" + Files.readString(file));
            }
        }
    }
}
