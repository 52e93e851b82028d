package warren.contract;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The launcher's answers, each named for the {@link Ask} that it belongs to. */
public sealed interface Answer {
    /**
     * @param ajpSecret what httpd's workers send; a frame without it is refused
     * @param ajpSocket the path of the inherited AJP socket
     * @param ajpPacketBytes httpd's {@code ProxyIOBufferSize} and Tomcat's {@code packetSize}, 8192 to 65536
     * @param workDirectory a directory that only the connector's user can enter
     * @param logDirectory where {@code connector.log} goes
     * @param ownersLogDirectory where the launcher makes {@code NAME.log} for each virtual host; root's directory
     * @param ownersDirectory where the connector makes the socket for owners
     * @param spoolDirectory a directory on disk that only the connector's user can enter, for large bodies
     */
    record Configured(String ajpSecret, String ajpSocket, int ajpPacketBytes, String workDirectory, String logDirectory,
                      String ownersLogDirectory, String spoolDirectory, String ownersDirectory) implements Answer {
        @Override
        public String toString() {
            return "Configured[" + ajpSocket + "]";
        }
    }

    record Listed(VirtualHost virtualHost) implements Answer { }

    /** One of the revision that was seen is not configured any more. */
    record Unlisted(VirtualHostName name) implements Answer { }

    /** @param revision of the list that ends here, to be sent with the next ask */
    record EndOfList(long revision) implements Answer { }

    /**
     * Only what has changed since the revision that was seen was listed.
     *
     * @param revision of the list as it is now, to be sent with the next ask
     */
    record EndOfChanges(long revision) implements Answer { }

    /**
     * @param generation the new one
     * @param socket path of its FastCGI socket, already listening
     * @param log path of the FIFO that is its descriptors 1 and 2
     */
    record Launched(GenerationId generation, String socket, String log) implements Answer { }

    /**
     * @param step the launch step, as it is named in the launch's documentation
     * @param call the system call or action that failed
     * @param errno its errno's name such as {@code EPERM}; empty where there is none
     * @param hint what the administrator can do about it
     */
    record LaunchFailed(VirtualHostName virtualHost, String step, String call, Optional<String> errno, String hint)
            implements Answer {
        public LaunchFailed {
            Objects.requireNonNull(virtualHost);
            Objects.requireNonNull(errno);
        }

        /** One sentence for logs and for the command's output. */
        public String sentence() {
            return "vhost=" + virtualHost + " step=" + step + " call=" + call + errno.map(e -> " errno=" + e).orElse("")
                + ": " + hint;
        }
    }

    record Stopped() implements Answer { }

    /** @param found false where no process of that generation reported this pid */
    record Killed(boolean found) implements Answer { }

    record Noted() implements Answer { }

    /**
     * @param launched what was answered, or would have been, when it was launched
     * @param reloads the virtual host's count of reloads at its launch; 0 where an earlier launcher launched it. Where
     *     the count has grown since, this generation is to be renewed
     */
    record Running(Launched launched, long reloads) implements Answer { }

    /** @param shared whether a connector that has retired still serves requests with some of them */
    record EndOfGenerations(boolean shared) implements Answer { }

    /** Another connector takes over: finish the requests that have come, begin nothing new, say {@link Ask.Retired}, and end. */
    record Retire() implements Answer { }

    /** The connector before has ended: what runs and is not known is nobody's. */
    record CompareGenerations() implements Answer { }

    /** @param reached the limit and what was taken of it, such as {@code "memory 64M reached, 3 processes"}; or nothing */
    record QuotaTold(String reached) implements Answer { }

    /** @param bytes in the order in which was asked; 0 where no process of that generation reported this pid */
    record PrivateMemoryTold(List<Long> bytes) implements Answer {
        public PrivateMemoryTold {
            bytes = List.copyOf(bytes);
        }
    }

    /** @param text a line for each limit; empty where there is no such virtual host */
    record LimitsTold(String text) implements Answer { }

    /** @param refusal why it is not waited for; empty where it is */
    record CredentialAwaited(String refusal) implements Answer { }

    /** In milliseconds; 0 where there is no such interpreter. */
    record CpuTimeTold(long millis) implements Answer { }
}
