package warren.launcher.control;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import warren.contract.VirtualHostName;
import warren.launcher.Launcher;
import warren.launcher.Outcome;
import warren.launcher.attest.Attestation;
import warren.launcher.attest.Finding;
import warren.launcher.credentials.CredentialStore;
import warren.launcher.system.DescriptorStream;
import warren.launcher.system.PeerAcceptor;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/** Hears root on the control socket, one ask a connection. */
public final class ControlServer implements AutoCloseable {
    private static final Duration WHOLE_ASK = Duration.ofHours(1);
    private static final int ROOT = 0;
    private final Launcher launcher;
    private final Runnable stop;
    private final PeerAcceptor acceptor;

    /** @param stop ends this process, in its own time */
    public ControlServer(Launcher launcher, Runnable stop) throws SystemCallFailed {
        this.launcher = launcher;
        this.stop = stop;
        this.acceptor = new PeerAcceptor(
            UnixSocket.listen(launcher.directories().controlSocket().toString(), ROOT, 0600), "control", ROOT,
            ControlServer::onItsOwnThread, this::converse);
    }

    private static void onItsOwnThread(Runnable work) {
        Thread thread = new Thread(work, "control-ask");
        thread.setDaemon(true);
        thread.start();
    }

    private void converse(int connection) throws IOException {
        DescriptorStream stream = new DescriptorStream(connection, WHOLE_ASK);
        ControlAsk ask = ControlMessages.ask(new BufferedInputStream(stream.input()));
        stream.output().write(ControlMessages.line(answer(ask)));
        if (ask.verb() == ControlAsk.Verb.STOP) {
            stop.run();
        }
    }

    private ControlAnswer answer(ControlAsk ask) throws IOException {
        return switch (ask.verb()) {
            case STATUS -> new ControlAnswer(true, List.of(), Optional.of(launcher.status()));
            case STOP -> new ControlAnswer(true, List.of("stopping"), Optional.empty());
            case RELOAD -> reload(ask);
            case PROGRESS -> new ControlAnswer(true, List.of(launcher.reloadProgress()), Optional.empty());
            case RESTART_CONNECTOR -> answer(launcher.restartConnector(Duration.ofSeconds(ask.withinSeconds())));
            case CREDENTIAL -> credential(ask);
            case ATTEST -> attest(ask);
            case ADMIT -> answer(launcher.admit(ask.session().orElseThrow().uid(), ask.session().orElseThrow().pid()));
        };
    }

    private ControlAnswer credential(ControlAsk ask) throws IOException {
        String host = ask.virtualHost().orElse("");
        if (!VirtualHostName.isWellFormed(host)) {
            return new ControlAnswer(false, List.of("\"" + host + "\" is no virtual host's name"), Optional.empty());
        }
        try {
            return credential(ask, new VirtualHostName(host), ask.credential().orElseThrow());
        } catch (IOException e) {
            return new ControlAnswer(false, List.of(String.valueOf(e.getMessage())), Optional.empty());
        }
    }

    private ControlAnswer credential(ControlAsk ask, VirtualHostName host, ControlAsk.Credential credential) throws IOException {
        CredentialStore store = launcher.credentials();
        String name = credential.name().orElse("");
        switch (credential.action()) {
            case LIST -> {
                return new ControlAnswer(true, store.names(host), Optional.empty());
            }
            case REMOVE -> {
                boolean there = store.remove(host, name);
                return new ControlAnswer(there, List.of(name + (there ? " removed: what runs has it until its reload" : " is not in the store")), Optional.empty());
            }
            case SET -> {
                store.set(host, name, credential.value().orElse(new byte[0]));
                return new ControlAnswer(true, List.of(name + " set: launches from now on have it where WarrenCredential names it"), Optional.empty());
            }
            default -> {
                if (store.find(host, name).isEmpty()) {
                    return new ControlAnswer(false, List.of(name + " is not in the store, expected one to rotate"), Optional.empty());
                }
                store.set(host, name, credential.value().orElse(new byte[0]));
                return reload(new ControlAsk(ControlAsk.Verb.RELOAD, ask.virtualHost(), ask.withinSeconds()));
            }
        }
    }

    private ControlAnswer attest(ControlAsk ask) {
        List<Attestation> all = launcher.attest(ask.virtualHost());
        boolean good = all.stream().flatMap(one -> one.findings().stream()).allMatch(Finding::asPlanned);
        return new ControlAnswer(good, List.of(), Optional.empty(), all);
    }

    private ControlAnswer reload(ControlAsk ask) throws IOException {
        if (ask.virtualHost().isPresent() && !VirtualHostName.isWellFormed(ask.virtualHost().get())) {
            return new ControlAnswer(false, List.of("\"" + ask.virtualHost().get() + "\" is no virtual host's name"),
                Optional.empty());
        }
        return answer(launcher.reload(ask.virtualHost().map(VirtualHostName::new), Duration.ofSeconds(ask.withinSeconds())));
    }

    private static ControlAnswer answer(Outcome outcome) {
        return new ControlAnswer(outcome.good(), outcome.lines(), Optional.empty());
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
