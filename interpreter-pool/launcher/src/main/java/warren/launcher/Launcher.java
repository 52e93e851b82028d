package warren.launcher;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.VirtualHostName;
import warren.httpd.Problem;
import warren.httpd.ServerSettings;
import warren.httpd.WarrenConfiguration;
import warren.launcher.attest.Attestation;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.cgroup.DecayUsage;
import warren.launcher.cgroup.QuotaGroup;
import warren.launcher.control.LauncherStatus;
import warren.launcher.credentials.CredentialIntake;
import warren.launcher.credentials.CredentialStore;
import warren.launcher.system.Descriptors;
import warren.launcher.system.EndWatch;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;
import warren.plugin.GroupId;
import warren.plugin.UserId;

/**
 * The privileged process: reads the configuration, makes directories and sockets, keeps launch stages warm, starts the
 * connector and answers it. {@link #start} is the order of things; {@link #stop} is that order backwards.
 */
public final class Launcher {
    private static final Logger LOG = LogManager.getLogger(Launcher.class);
    private static final int AJP_MODE = 0660;

    private final ConfigurationFiles files;
    private final ServerSettings server;
    private final Directories directories;
    private final Secrets secrets;
    private final LauncherLock lock;
    private final Configurations configurations;
    private final Reloads reloads;
    private final Reload reload;
    private final CgroupTree cgroups;
    private final DecayUsage decayUsage;
    private final WarmStages stages;
    private final Generations generations;
    private final Sessions sessions;
    private final CredentialStore credentials;
    private final UnixSocket ajp;
    private final AskServer askServer;
    private final HandOver handOver;
    private final ConnectorProcess connector;
    private final ConnectorStart connectorStart;

    /** Takes everything up to where the connector is started, and what an earlier launcher left running. */
    private Launcher(Path home, ConfigurationFiles files, Plugins plugins, WarrenConfiguration first)
            throws IOException, CannotStart {
        this.files = files;
        this.server = first.server().orElseThrow();
        this.directories = directoriesOf(server);
        directories.create(server.httpdGid(), server.connectorUid(), server.connectorGid());
        this.lock = LauncherLock.take(directories.lock()).orElseThrow(() -> alreadyRunning(directories.lock()));
        directories.forgetLauncher();
        LauncherLog.to(directories.logs());
        this.secrets = Secrets.load(directories.state());
        // an earlier launcher's connector compares: its numbers must not come again
        long uptime = uptimeMillis();
        this.configurations = new Configurations(uptime);
        this.reloads = new Reloads(uptime);
        this.reload = new Reload(files, server, secrets, configurations, reloads);
        this.handOver = new HandOver(configurations::wake);
        this.cgroups = openCgroups();
        this.decayUsage = new DecayUsage(cgroups);
        this.credentials = new CredentialStore(directories.state());
        LaunchPlans plans = new LaunchPlans(plugins, credentials, directories.rootMount(), directories.credentialsMount());
        this.stages = new WarmStages(new Children(), StageProgram.of(home, directories.stageTemporary()), cgroups, plans.preparation());
        this.generations = new Generations(cgroups, directories, stages, plans, server.connectorUid());
        this.sessions = new Sessions(cgroups, plans);
        reload.take(first);
        EndWatch watch = new EndWatch();
        takeOverGenerations(first, LeftGenerations.find(cgroups, directories, plans, watch, configurations.current()));
        cgroups.missing().forEach(controller -> LOG.warn("no cgroup has the controller {}: its limits are not enforced",
            controller.versionTwoName()));
        cgroups.obstacle().ifPresent(LOG::warn);
        SystemVIpc.obstacle().ifPresent(LOG::warn);
        decayUsage.start();
        // not before: cgroups of stages that wait would be taken for an earlier launcher\'s
        stages.keepWarm(server.warmStages());
        plans.kinds(configurations.current().sites().values()).forEach(stages::want);
        ConnectorProgram program = ConnectorProgram.of(home, directories, new UserId(server.connectorUid()),
            new GroupId(server.connectorGid()));
        Optional<LeftConnector> left = LeftConnector.find(cgroups, directories, watch, program,
            (int) server.httpdGid(), AJP_MODE);
        this.ajp = left.isPresent() ? left.get().ajp() : freshAjpSocket();
        this.askServer = new AskServer(directories, server.connectorUid(), (int) server.connectorGid(),
            new Asks(directories, secrets, configurations, generations, reloads,
                new OwnersLogRotation(directories.ownersLogs(), server.connectorUid()), handOver,
                new OwnersAsks(configurations, plugins, plans, credentials, new CredentialIntake(directories.credentialIntake(), credentials, CredentialIntake.USUAL))));
        this.connector = new ConnectorProcess(cgroups, directories, stages, ajp, program, handOver, this::connectorEnded);
        left.ifPresent(connector::takeOver);
        this.connectorStart = new ConnectorStart(connector, configurations, handOver, directories);
    }

    /** By {@code proc_uptime(5)}: it only grows while any connector lives, whatever the clock is set to. */
    private static long uptimeMillis() throws IOException {
        String seconds = Files.readString(Path.of("/proc/uptime")).split(" ")[0];
        return new BigDecimal(seconds).movePointRight(3).longValue();
    }

    private CgroupTree openCgroups() throws IOException {
        Path note = directories.cgroupNote();
        CgroupTree tree = CgroupTree.open(cgroupName(directories.runtime()),
            Files.exists(note) ? Files.readAllLines(note) : List.of());
        Secrets.writeAtomically(note, String.join("\n", tree.note()) + "\n");
        return tree;
    }

    /** Those that would be launched otherwise now are renewed, as with a reload. */
    private void takeOverGenerations(WarrenConfiguration first, LeftGenerations left) throws IOException {
        generations.takeOver(left);
        if (!left.changed().isEmpty()) {
            LOG.info("{} would be launched otherwise now and are renewed", left.changed());
            left.changed().forEach(reloads::ask);
            reload.take(first);
        }
    }

    private UnixSocket freshAjpSocket() throws IOException {
        directories.forgetConnector(server.connectorUid(), server.connectorGid());
        // of a connector that ended while no launcher ran
        generations.endInterpreters();
        return UnixSocket.listen(directories.ajpSocket().toString(), (int) server.httpdGid(), AJP_MODE);
    }

    /** Where everything of this configuration lies. */
    public static Directories directoriesOf(ServerSettings server) {
        return new Directories(server.runtimeDirectory(), server.stateDirectory(), server.logDirectory(),
            server.spoolDirectory());
    }

    /**
     * Starts everything; returns once requests are served.
     *
     * @param home where Warren is installed
     * @param file httpd's main configuration file
     * @param serverRoot httpd's ServerRoot where the file does not say
     * @param defines httpd's {@code -D} names
     * @throws CannotStart with nothing left running
     */
    public static Launcher start(Path home, Path file, Path serverRoot, Set<String> defines) throws CannotStart {
        LauncherLog.toConsole();
        Plugins plugins = loadPlugins(home);
        ConfigurationFiles files = ConfigurationFiles.of(file, serverRoot, defines, plugins);
        WarrenConfiguration first = files.read();
        if (first.server().isEmpty()) {
            throw new CannotStart(CannotStart.Reason.CONFIGURATION, lines(first.problems()));
        }
        first.problems().forEach(problem -> LOG.warn("{}", problem));
        requireNotRunning(directoriesOf(first.server().get()));
        Launcher launcher = create(home, files, plugins, first);
        try {
            launcher.connectorStart.start();
        } catch (CannotStart e) {
            launcher.stop(Duration.ZERO);
            throw e;
        }
        return launcher;
    }

    private static Plugins loadPlugins(Path home) throws CannotStart {
        try {
            return Plugins.load(home.resolve("plugins"));
        } catch (IOException e) {
            throw new CannotStart(CannotStart.Reason.ENVIRONMENT, e.getMessage());
        }
    }

    /** The files alone, for who only wants to test them. */
    public static ConfigurationFiles files(Path home, Path file, Path serverRoot, Set<String> defines)
            throws CannotStart {
        return ConfigurationFiles.of(file, serverRoot, defines, loadPlugins(home));
    }

    private static void requireNotRunning(Directories directories) throws CannotStart {
        try {
            Descriptors.close(UnixSocket.connect(directories.controlSocket().toString()));
        } catch (SystemCallFailed nobodyListens) {
            return;
        }
        throw alreadyRunning(directories.controlSocket());
    }

    private static CannotStart alreadyRunning(Path by) {
        return new CannotStart(CannotStart.Reason.ALREADY_RUNNING,
            "a launcher has " + by + " already; stop it first (warren stop)");
    }

    private static Launcher create(Path home, ConfigurationFiles files, Plugins plugins, WarrenConfiguration first)
            throws CannotStart {
        try {
            return new Launcher(home, files, plugins, first);
        } catch (IOException e) {
            throw new CannotStart(CannotStart.Reason.ENVIRONMENT, e.getMessage());
        }
    }

    /** A fresh connector takes the place of the one that runs; no request waits longer than a moment. */
    public synchronized Outcome restartConnector(Duration within) {
        return connectorStart.restart(within);
    }

    private void connectorEnded() {
        configurations.connectorGone();
        generations.endInterpreters();
    }

    /**
     * Reads the files again and has the connector renew what runs.
     *
     * @param only the virtual host to take over and renew; empty for all, those that came or went too
     * @param within how long the connector may take
     */
    public synchronized Outcome reload(Optional<VirtualHostName> only, Duration within) throws IOException {
        return reload.of(only, within);
    }

    /** How far the reload is that is under way, or how far the last one came. */
    public String reloadProgress() {
        return reloads.progress();
    }

    /**
     * What the kernel says of what runs, beside what is planned.
     *
     * @param only the virtual host; empty for all
     */
    public List<Attestation> attest(Optional<String> only) {
        return generations.attest(configurations.current().sites().values().stream()
            .filter(site -> only.map(site.virtualHost().name().value()::equals).orElse(true)).toList());
    }

    /** What virtual hosts may be given. */
    public CredentialStore credentials() {
        return credentials;
    }

    /** What runs now, for the administrator. */
    public LauncherStatus status() {
        List<LauncherStatus.Host> hosts = configurations.current().sites().values().stream()
            .sorted(Comparator.comparing(site -> site.virtualHost().name())).map(this::statusOf).toList();
        return new LauncherStatus(ProcessHandle.current().pid(), connector.pid(), configurations.current().revision(),
            hosts);
    }

    private LauncherStatus.Host statusOf(Site site) {
        List<Generation> its = generations.running().stream()
            .filter(generation -> generation.id().virtualHost().equals(site.virtualHost().name()))
            .sorted(Comparator.comparing(generation -> generation.id().number())).toList();
        List<LauncherStatus.Running> running = its.stream().map(generation -> new LauncherStatus.Running(generation.id().number(), generation.parent().pid(),
                generation.since(), generation.cgroup().processes())).toList();
        return new LauncherStatus.Host(site.virtualHost().name().value(),
            site.owner().map(owner -> owner.user().value()), site.owner().map(owner -> owner.group().value()),
            site.virtualHost().quarantine(), running,
            its.stream().findFirst().flatMap(generation -> generation.cgroup().group()).map(QuotaGroup::use));
    }

    /**
     * A session of an owner's that begins, by cron or a shell, comes into his quota group, with its limits.
     *
     * @param pid of a process that is root's still and that the session's others will come from
     */
    public Outcome admit(long uid, int pid) {
        try {
            Optional<String> group = sessions.admit(configurations.current().sites().values(), uid, pid);
            return new Outcome(true, List.of(group.map(name -> "pid " + pid + " has the quotas of " + name)
                .orElse("UID " + uid + " owns no virtual host")));
        } catch (LaunchFailure e) {
            LOG.warn("a session of UID {}, pid={}, is not admitted: {}", uid, pid, e.getMessage());
            return new Outcome(false, List.of(e.getMessage()));
        }
    }

    /** Where this launcher's sockets lie. */
    public Directories directories() {
        return directories;
    }

    /** Lets the connector finish what it has, then ends everything and removes what was made. */
    public void stop(Duration drain) {
        connector.stop(drain);
        askServer.close();
        ajp.close();
        generations.stopAll();
        stages.close();
        decayUsage.stop();
        try {
            cgroups.killAndRemoveAll();
            directories.removeRuntime();
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    private static String cgroupName(Path runtime) {
        return "warren" + runtime.toString().replaceAll("[^A-Za-z0-9]+", "-");
    }

    private static String lines(List<Problem> problems) {
        return String.join("\n", problems.stream().map(Problem::toString).toList());
    }
}
