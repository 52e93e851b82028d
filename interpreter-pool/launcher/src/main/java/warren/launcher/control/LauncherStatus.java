package warren.launcher.control;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import warren.launcher.cgroup.GroupUse;

/**
 * The launcher's half of the status: what runs, by the account of the kernel.
 *
 * @param pid the launcher's
 * @param connectorPid the connector's; empty while it is being restarted
 * @param revision of the configuration
 * @param virtualHosts all that are configured, services too
 */
public record LauncherStatus(long pid, Optional<Integer> connectorPid, long revision, List<Host> virtualHosts) {
    /**
     * One virtual host or service.
     *
     * @param uid its owner's, empty where it is quarantined
     * @param quarantine why it does not serve
     * @param generations those that run
     * @param quota what its quota group takes, which may be its owner's; empty where nothing runs
     */
    public record Host(String name, Optional<Long> uid, Optional<Long> gid, Optional<String> quarantine,
                       List<Running> generations, Optional<GroupUse> quota) { }

    /**
     * One generation.
     *
     * @param parentPid its parent interpreter's
     * @param pids all processes in its cgroup, the parent too
     */
    public record Running(int number, int parentPid, Instant since, List<Integer> pids) { }
}
