package warren.launcher;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.contract.Answer;
import warren.contract.Ask;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;

/** What the launcher does for each ask of the contract. It takes names and numbers, and nothing that it would execute. */
final class Asks {
    private static final Logger LOG = LogManager.getLogger(Asks.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** The earlier connector waits 5 s for its launches. */
    private static final Duration RETIRE = Duration.ofSeconds(10);
    private static final int AJP_PACKET_BYTES = 16384;

    private final Directories directories;
    private final Secrets secrets;
    private final Configurations configurations;
    private final Generations generations;
    private final Reloads reloads;
    private final OwnersLogRotation ownersLogs;
    private final HandOver handOver;
    private final OwnersAsks owners;

    Asks(Directories directories, Secrets secrets, Configurations configurations, Generations generations,
            Reloads reloads, OwnersLogRotation ownersLogs, HandOver handOver, OwnersAsks owners) {
        this.owners = owners;
        this.handOver = handOver;
        this.directories = directories;
        this.secrets = secrets;
        this.configurations = configurations;
        this.generations = generations;
        this.reloads = reloads;
        this.ownersLogs = ownersLogs;
    }

    /** Sends the answers of an ask; when this returns, the kernel has them. */
    interface Answers {
        void sendAll(Iterable<? extends Answer> answers) throws IOException;

        default void send(Answer answer) throws IOException {
            sendAll(List.of(answer));
        }
    }

    void answer(Ask ask, Answers answers) throws IOException {
        switch (ask) {
            case Ask.Configure() -> answers.send(new Answer.Configured(secrets.ajpSecret(),
                directories.ajpSocket().toString(), AJP_PACKET_BYTES, directories.connectorWork().toString(),
                directories.connectorLogs().toString(), directories.ownersLogs().toString(),
                directories.spool().toString(), directories.owners().toString()));
            case Ask.ListVirtualHosts(long seen, int connector) -> list(seen, connector, answers);
            case Ask.Retired(int connector) -> {
                handOver.hasRetired(connector);
                answers.send(new Answer.Noted());
            }
            case Ask.Launch launch -> launch(launch, answers);
            case Ask.Stop stop -> {
                generations.stop(stop.generation(), stop.tellWhere());
                answers.send(new Answer.Stopped());
            }
            case Ask.Kill kill ->
                answers.send(new Answer.Killed(
                    generations.kill(kill.generation(), kill.reportedPid(), kill.tellWhere())));
            case Ask.ReportReload report -> {
                reloads.reported(report);
                answers.send(new Answer.Noted());
            }
            case Ask.ListGenerations() -> {
                answers.sendAll(generations.list());
                answers.send(new Answer.EndOfGenerations(handOver.isUnderWay()));
            }
            case Ask.TellCpuTime tell -> answers.send(
                new Answer.CpuTimeTold(generations.cpuTime(tell.generation(), tell.reportedPid()).toMillis()));
            case Ask.TellPrivateMemory tell -> answers.send(
                new Answer.PrivateMemoryTold(generations.privateMemory(tell.interpreters())));
            case Ask.TellQuota(GenerationId generation) ->
                answers.send(new Answer.QuotaTold(generations.quotaReached(generation)));
            case Ask.TellLimits(VirtualHostName name) -> answers.send(new Answer.LimitsTold(owners.limits(name)));
            case Ask.AwaitCredential(VirtualHostName name, String credential) ->
                answers.send(new Answer.CredentialAwaited(owners.awaitCredential(name, credential)));
            case Ask.RotateLog(VirtualHostName name) -> {
                configurations.current().find(name).ifPresent(ownersLogs::tend);
                answers.send(new Answer.Noted());
            }
        }
    }

    private void list(long seen, int connector, Answers answers) throws IOException {
        handOver.wantsList(connector, RETIRE);
        if (seen > 0 && !handOver.isToRetire(connector)) {
            handOver.serves(connector);
            configurations.connectorHas(seen);
        }
        if (seen == 0) {
            handOver.beginsWith(connector);
        }
        Configuration configuration = configurations.awaitOtherThan(seen, () -> handOver.hasOrder(connector), LONGEST_WAIT);
        if (handOver.isToRetire(connector)) {
            answers.send(new Answer.Retire());
        } else if (seen > 0 && handOver.takeCompare(connector)) {
            answers.send(new Answer.CompareGenerations());
        } else {
            list(seen, configuration, answers);
        }
    }

    private void list(long seen, Configuration configuration, Answers answers) throws IOException {
        Optional<Configuration> known = configurations.find(seen).filter(one -> seen > 0);
        if (known.isPresent()) {
            answers.sendAll(configuration.changesSince(known.get()));
            answers.send(new Answer.EndOfChanges(configuration.revision()));
        } else {
            answers.sendAll(configuration.list());
            answers.send(new Answer.EndOfList(configuration.revision()));
        }
    }

    /** A connector that has ended meanwhile does not get the answer, and the next one has not asked for it. */
    private void launch(Ask.Launch launch, Answers answers) throws IOException {
        Answer answer = launch(launch);
        try {
            answers.send(answer);
            if (answer instanceof Answer.Launched launched) {
                generations.told(launched.generation());
            }
        } catch (IOException e) {
            if (answer instanceof Answer.Launched launched) {
                generations.stopUnlessKnown(launched.generation());
            }
            throw e;
        }
    }

    private Answer launch(Ask.Launch launch) {
        try {
            Site site = configurations.current().find(launch.virtualHost()).orElseThrow(() -> new LaunchFailure("configuration",
                "look up", Optional.empty(), "no such virtual host is configured"));
            return generations.launch(site, launch.afterFailures());
        } catch (LaunchFailure e) {
            Answer.LaunchFailed failed = e.answer(launch.virtualHost());
            LOG.error("{}", failed.sentence());
            return failed;
        }
    }
}
