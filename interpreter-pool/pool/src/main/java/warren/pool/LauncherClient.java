package warren.pool;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.Frames;
import warren.contract.GenerationId;
import warren.contract.MalformedFrame;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

/**
 * The launcher, as the connector may speak to it: one method an {@link Ask}, one connection a call. Every call ends
 * within two minutes, {@link #quotaReached} within two seconds, with an {@link IOException} where the launcher is away or
 * says something else than the contract.
 */
public final class LauncherClient {
    private static final Duration LONGEST = Duration.ofMinutes(2);
    /** What a visitor waits for, and can do without. */
    private static final Duration WHILE_A_VISITOR_WAITS = Duration.ofSeconds(2);
    private final Path socket;

    public LauncherClient(Path socket) {
        this.socket = Objects.requireNonNull(socket);
    }

    public Answer.Configured configure() throws IOException {
        return one(new Ask.Configure(), Answer.Configured.class);
    }

    /** What the launcher answers who asks for the list. */
    public sealed interface Told {
        /** The virtual hosts; the known ones where nothing has changed. */
        record Listed(VirtualHostList list) implements Told { }

        /** Another connector takes over. */
        record Retire() implements Told { }

        /** The connector before has ended: what runs and is not known here is nobody's. */
        record CompareGenerations() implements Told { }
    }

    /** The generations that run. @param shared whether a connector that has retired serves with some of them */
    public record Running(List<Answer.Running> generations, boolean shared) { }

    /** Waits up to half a minute for another revision than the known one; that one again where there is none. */
    public Told list(VirtualHostList known) throws IOException {
        Deadline deadline = Deadline.after(LONGEST);
        try (UnixStream stream = UnixStream.connect(socket, deadline)) {
            InputStream answers = ask(stream, new Ask.ListVirtualHosts(known.revision(), pid()), deadline);
            List<VirtualHost> listed = new ArrayList<>();
            Set<VirtualHostName> unlisted = new HashSet<>();
            while (true) {
                switch (Frames.receiveAnswer(answers)) {
                    case Answer.Listed(VirtualHost host) -> listed.add(host);
                    case Answer.Unlisted(VirtualHostName name) -> unlisted.add(name);
                    case Answer.EndOfChanges(long revision) -> {
                        return new Told.Listed(revision == known.revision() ? known : known.changed(revision, listed, unlisted));
                    }
                    case Answer.EndOfList(long revision) -> {
                        return new Told.Listed(new VirtualHostList(revision, listed));
                    }
                    case Answer.Retire() -> {
                        return new Told.Retire();
                    }
                    case Answer.CompareGenerations() -> {
                        return new Told.CompareGenerations();
                    }
                    case Answer other -> throw unexpected(other);
                }
            }
        }
    }

    /** Every generation that runs, also those that another connector or launcher has made. */
    public Running running() throws IOException {
        Deadline deadline = Deadline.after(LONGEST);
        try (UnixStream stream = UnixStream.connect(socket, deadline)) {
            InputStream answers = ask(stream, new Ask.ListGenerations(), deadline);
            List<Answer.Running> running = new ArrayList<>();
            while (true) {
                switch (Frames.receiveAnswer(answers)) {
                    case Answer.Running one -> running.add(one);
                    case Answer.EndOfGenerations(boolean shared) -> {
                        return new Running(running, shared);
                    }
                    case Answer other -> throw unexpected(other);
                }
            }
        }
    }

    /** @param afterFailures as of {@link Ask.Launch} */
    Answer.Launched launch(VirtualHostName name, boolean afterFailures) throws NotLaunched, IOException {
        return switch (one(new Ask.Launch(name, afterFailures), Answer.class)) {
            case Answer.Launched launched -> launched;
            case Answer.LaunchFailed failed -> throw new NotLaunched(failed.sentence());
            case Answer other -> throw unexpected(other);
        };
    }

    /** @param tellWhere a parent that still loads is asked first where it is, as with {@link #kill} */
    void stop(GenerationId generation, boolean tellWhere) throws IOException {
        one(new Ask.Stop(generation, tellWhere), Answer.Stopped.class);
    }

    /** @param tellWhere it is asked first where it is, and has a second to write that to its owner's log */
    boolean kill(GenerationId generation, int reportedPid, boolean tellWhere) throws IOException {
        return one(new Ask.Kill(generation, reportedPid, tellWhere), Answer.Killed.class).found();
    }

    /** The limit for which the kernel has just killed a process of this generation's; nothing where it has not. */
    String quotaReached(GenerationId generation) throws IOException {
        return one(new Ask.TellQuota(generation), Answer.QuotaTold.class, WHILE_A_VISITOR_WAITS).reached();
    }

    /**
     * What interpreters share with no other process, in bytes, in this order; 0 where one is not there.
     *
     * @param interpreters at most {@link Ask.TellPrivateMemory#MOST_WEIGHED}
     */
    List<Long> privateMemory(List<Ask.ToWeigh> interpreters) throws IOException {
        List<Long> bytes = one(new Ask.TellPrivateMemory(interpreters), Answer.PrivateMemoryTold.class).bytes();
        if (bytes.size() != interpreters.size()) {
            throw new MalformedFrame(bytes.size() + " numbers of bytes, expected " + interpreters.size());
        }
        return bytes;
    }

    /** Processor time that an interpreter has taken until now. */
    Duration cpuTime(GenerationId generation, int reportedPid) throws IOException {
        return Duration.ofMillis(one(new Ask.TellCpuTime(generation, reportedPid), Answer.CpuTimeTold.class).millis());
    }

    void reportReload(VirtualHostName name, long reloads, String failure) throws IOException {
        one(new Ask.ReportReload(name, reloads, failure), Answer.Noted.class);
    }

    /** Has an owner's log rotated, or made where it is not there; the launcher looks whether either is needed. */
    public void rotateLog(VirtualHostName name) throws IOException {
        one(new Ask.RotateLog(name), Answer.Noted.class);
    }

    /** The limits of a virtual host in force, a line for each. */
    public String limits(VirtualHostName name) throws IOException {
        return one(new Ask.TellLimits(name), Answer.LimitsTold.class).text();
    }

    /** Has the launcher wait for a credential from its owner's hand; why it does not, or nothing. */
    public String awaitCredential(VirtualHostName name, String credential) throws IOException {
        return one(new Ask.AwaitCredential(name, credential), Answer.CredentialAwaited.class).refusal();
    }

    /** This connector takes no more requests and manages no more generations. */
    public void retired() throws IOException {
        one(new Ask.Retired(pid()), Answer.Noted.class);
    }

    private static int pid() {
        return Math.toIntExact(ProcessHandle.current().pid());
    }

    private <A extends Answer> A one(Ask ask, Class<A> expected) throws IOException {
        return one(ask, expected, LONGEST);
    }

    private <A extends Answer> A one(Ask ask, Class<A> expected, Duration within) throws IOException {
        Deadline deadline = Deadline.after(within);
        try (UnixStream stream = UnixStream.connect(socket, deadline)) {
            Answer answer = Frames.receiveAnswer(ask(stream, ask, deadline));
            if (!expected.isInstance(answer)) {
                throw unexpected(answer);
            }
            return expected.cast(answer);
        }
    }

    private static InputStream ask(UnixStream stream, Ask ask, Deadline deadline) throws IOException {
        Frames.send(ask, stream.output(deadline));
        return new BufferedInputStream(stream.input(deadline));
    }

    private static MalformedFrame unexpected(Answer answer) {
        return new MalformedFrame("an answer to another ask: " + answer.getClass().getSimpleName());
    }
}
