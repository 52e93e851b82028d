package warren.connector;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import warren.contract.OwnersAnswer;
import warren.contract.OwnersAsk;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;
import warren.pool.InterpreterPool;
import warren.pool.LaunchFailed;
import warren.pool.LauncherClient;
import warren.pool.PoolStatus;
import warren.pool.Pools;

/** What owners may have done with their own virtual hosts. Of another's they learn no more than of one that there is not. */
final class OwnersOrders {
    private final VirtualHosts virtualHosts;
    private final Pools pools;
    private final LauncherClient launcher;

    OwnersOrders(VirtualHosts virtualHosts, Pools pools, LauncherClient launcher) {
        this.virtualHosts = virtualHosts;
        this.pools = pools;
        this.launcher = launcher;
    }

    /** @param uid of who asks */
    OwnersAnswer answer(long uid, OwnersAsk ask) {
        List<VirtualHost> his = virtualHosts.ownedBy(uid).stream()
            .filter(host -> ask.virtualHost().map(host.name()::equals).orElse(true)).toList();
        if (his.isEmpty()) {
            return refusal(ask.virtualHost().map(name -> "no virtual host \"" + name + "\" of yours").orElse("no virtual host of yours")
                + " is configured: UID " + uid);
        }
        VirtualHostName first = his.getFirst().name();
        try {
            return switch (ask.verb()) {
                case STATUS -> new OwnersAnswer(true, his.stream().map(this::status).toList());
                case RELOAD -> reload(pools.of(first), ask.withinSeconds());
                case STOP -> stop(pools.of(first));
                case LIMITS -> new OwnersAnswer(true, launcher.limits(first).lines().toList());
                case GIVE_CREDENTIAL -> giveCredential(first, ask.credential().orElseThrow());
            };
        } catch (IOException e) {
            return refusal("the launcher does not answer; try again soon");
        } catch (LaunchFailed e) {
            return refusal(e.getMessage());
        }
    }

    private static OwnersAnswer stop(InterpreterPool pool) {
        return switch (pool.stop()) {
            case ENDS -> new OwnersAnswer(true, List.of("what ran ends when its requests are over; the next request launches it again"));
            case NOTHING_RUNS -> new OwnersAnswer(true, List.of("nothing runs"));
            case TOO_OFTEN -> refusal("it was stopped or reloaded too often; try again in some seconds");
        };
    }

    private OwnersAnswer giveCredential(VirtualHostName name, String credential) throws IOException {
        String refusal = launcher.awaitCredential(name, credential);
        return refusal.isEmpty() ? new OwnersAnswer(true, List.of()) : refusal(refusal);
    }

    private static OwnersAnswer reload(InterpreterPool pool, int withinSeconds) {
        if (pool.status().generation().isEmpty()) {
            return new OwnersAnswer(true, List.of("nothing runs; the next request launches it"));
        }
        try {
            String failure = pool.renew(Optional.empty()).get(withinSeconds, TimeUnit.SECONDS);
            return failure.isEmpty() ? new OwnersAnswer(true, List.of("reloaded")) : refusal("not reloaded, what ran goes on: " + failure);
        } catch (TimeoutException e) {
            return refusal("not done after " + withinSeconds + " s, and goes on: see the log");
        } catch (ExecutionException e) {
            return refusal("a defect of the connector");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return refusal("the connector is stopping; try again soon");
        }
    }

    private String status(VirtualHost host) {
        try {
            return line(pools.of(host.name()).status());
        } catch (LaunchFailed notYet) {
            return host.name() + " " + notYet.getMessage();
        }
    }

    private static String line(PoolStatus status) {
        List<String> words = new ArrayList<>(List.of(status.name().value(), status.state().name().toLowerCase(Locale.ROOT)));
        status.generation().ifPresent(id -> words.add("generation=" + id.number()));
        words.add("busy=" + status.busy() + " idle=" + status.idle() + " waiting=" + status.waiting() + " requests=" + status.requests()
            + " failures=" + status.failures());
        status.quarantine().ifPresent(why -> words.add("quarantined: the administrator can say why"));
        status.lastFailure().ifPresent(why -> words.add("last failure: " + why));
        return String.join(" ", words);
    }

    private static OwnersAnswer refusal(String why) {
        return new OwnersAnswer(false, List.of(why));
    }
}
