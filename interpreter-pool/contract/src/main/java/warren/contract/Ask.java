package warren.contract;

import java.util.List;

/**
 * What the connector may ask of the launcher, and nothing else: one ask and its answers a connection. Its answers are
 * named beside each. The launcher closes on anything malformed.
 */
public sealed interface Ask {
    /** How to serve. Answer: {@link Answer.Configured}. */
    record Configure() implements Ask { }

    /**
     * The virtual hosts, once the configuration's revision is other than the one already seen (0: none), or again
     * after half a minute. Answers: any number of {@link Answer.Listed}, then {@link Answer.EndOfList}; or one order,
     * {@link Answer.Retire} or {@link Answer.CompareGenerations}.
     *
     * @param connector the pid of who asks: of two that run beside each other the earlier one is to retire
     */
    record ListVirtualHosts(long seenRevision, int connector) implements Ask { }

    /** The limits of a virtual host that are in force, for its owner to read. Answer: {@link Answer.LimitsTold}. */
    record TellLimits(VirtualHostName virtualHost) implements Ask { }

    /**
     * The owner of a virtual host wants to give it a credential. The launcher takes the value from his own hand, on a socket that
     * he alone can connect to for some seconds; the connector never has it. Answer: {@link Answer.CredentialAwaited}.
     *
     * @param credential one that the configuration names for this virtual host
     */
    record AwaitCredential(VirtualHostName virtualHost, String credential) implements Ask { }

    /** A connector that was told to retire takes no more requests and manages no more generations. Answer: {@link Answer.Noted}. */
    record Retired(int connector) implements Ask { }

    /**
     * A new generation. Answer: {@link Answer.Launched} once its parent interpreter has been executed (it may still
     * be loading code), or {@link Answer.LaunchFailed}.
     *
     * @param afterFailures in a row: it comes after launches of others, and its stage starts after all that serves
     */
    record Launch(VirtualHostName virtualHost, boolean afterFailures) implements Ask { }

    /**
     * The end of a generation and of everything in its cgroup. Answer: {@link Answer.Stopped}, also where it is gone.
     *
     * @param tellWhere SIGQUIT to its parent interpreter first, which has a second to write to the owner's log where it
     *     is in loading the code
     */
    record Stop(GenerationId generation, boolean tellWhere) implements Ask { }

    /**
     * SIGKILL to one interpreter, by the pid that it reported of itself, within its generation's cgroup only.
     * Answer: {@link Answer.Killed}, which does not wait for its end.
     *
     * @param tellWhere SIGQUIT first, on which the runtime writes where it is to the owner's log and exits; where it is
     *     still there, SIGTERM a second later, and SIGKILL after another
     */
    record Kill(GenerationId generation, int reportedPid, boolean tellWhere) implements Ask { }

    /**
     * What became of a reload: an empty reason where the new generation serves (or none was running), else why the old
     * one goes on. Told once for each virtual host whose {@code reloads} grew. Answer: {@link Answer.Noted}.
     */
    record ReportReload(VirtualHostName virtualHost, long reloads, String failure) implements Ask { }

    /**
     * The generations that run, whoever asked for them: for a connector that has just started, and for one that finds
     * another launcher. Answers: any number of {@link Answer.Running}, then {@link Answer.EndOfGenerations}.
     */
    record ListGenerations() implements Ask { }

    /**
     * An owner's log that is long enough to be rotated, or is not there. The launcher looks itself, and makes, rotates or
     * leaves it. Answer: {@link Answer.Noted}.
     */
    record RotateLog(VirtualHostName virtualHost) implements Ask { }

    /**
     * Whether the kernel has killed a process of this generation's quota group since that was last told, as one of its
     * interpreters has just ended. Answer: {@link Answer.QuotaTold}.
     */
    record TellQuota(GenerationId generation) implements Ask { }

    /**
     * How much memory interpreters have that they share with nobody, by the kernel's account. Answer:
     * {@link Answer.PrivateMemoryTold}.
     *
     * @param interpreters at most {@value #MOST_WEIGHED}
     */
    record TellPrivateMemory(List<ToWeigh> interpreters) implements Ask {
        /** What one frame has room for, however long the virtual hosts' names are. */
        public static final int MOST_WEIGHED = 128;

        public TellPrivateMemory {
            interpreters = List.copyOf(interpreters);
            if (interpreters.size() > MOST_WEIGHED) {
                throw new IllegalArgumentException(interpreters.size() + " interpreters, at most " + MOST_WEIGHED);
            }
        }
    }

    /** @param exactAbove bytes; an answer up to that may have what is shared in it, which costs less to look up */
    record ToWeigh(InterpreterId interpreter, long exactAbove) { }

    /**
     * How much processor time one interpreter has taken, with the processes of its that have ended.
     * Answer: {@link Answer.CpuTimeTold}.
     */
    record TellCpuTime(GenerationId generation, int reportedPid) implements Ask { }
}
