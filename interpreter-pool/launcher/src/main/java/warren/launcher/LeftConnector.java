package warren.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import warren.launcher.cgroup.Cgroup;
import warren.launcher.cgroup.CgroupTree;
import warren.launcher.system.EndWatch;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.UnixSocket;

/**
 * The connector that an earlier launcher left running, found by its cgroup, with the AJP socket that it was given.
 *
 * @param number of its cgroup
 * @param since when it was launched
 * @param ajp its descriptor 0, which is ours too now: connections that wait on it are not lost
 */
record LeftConnector(AdoptedProcess process, Cgroup cgroup, int number, Instant since, UnixSocket ajp) {
    private static final Logger LOG = LogManager.getLogger(LeftConnector.class);
    private static final Duration KILL = Duration.ofSeconds(5);

    /**
     * Empty where none runs that would be started in the same way now. Every other one is ended.
     *
     * @param program how it would be started
     * @param ajpGroup the AJP socket's group
     * @param ajpMode the AJP socket's permissions
     */
    static Optional<LeftConnector> find(CgroupTree cgroups, Directories directories, EndWatch watch,
            ConnectorProgram program, int ajpGroup, int ajpMode) throws IOException {
        Notes notes = new Notes(directories.connectorNotes());
        Optional<LeftConnector> found = Optional.empty();
        for (Path directory : cgroups.connectors()) {
            Cgroup cgroup = Cgroup.existing(directory);
            if (found.isEmpty()) {
                found = process(directory, cgroup, notes, watch, program)
                    .flatMap(left -> withSocket(left, directories.ajpSocket(), ajpGroup, ajpMode));
            }
            if (found.filter(kept -> kept.cgroup().directory().equals(directory)).isEmpty()) {
                cgroup.killAndRemove(KILL);
            }
        }
        return found;
    }

    private record Candidate(AdoptedProcess process, Cgroup cgroup, int number, Instant since) { }

    private static Optional<Candidate> process(Path directory, Cgroup cgroup, Notes notes, EndWatch watch,
            ConnectorProgram program) throws SystemCallFailed {
        Optional<Note> note = notes.find(directory.getFileName().toString());
        if (note.isEmpty()) {
            return Optional.empty();
        }
        if (!note.get().hasIdentity(program.user(), program.group(), List.of())
                || !note.get().fingerprint().equals(program.fingerprint())) {
            LOG.info("the connector pid={} would be started otherwise now and is ended", note.get().pid());
            return Optional.empty();
        }
        return AdoptedProcess.find(note.get(), cgroup, watch).map(process ->
            new Candidate(process, cgroup, CgroupTree.number(directory), note.get().since()));
    }

    private static Optional<LeftConnector> withSocket(Candidate left, Path path, int group, int mode) {
        try {
            return Optional.of(new LeftConnector(left.process(), left.cgroup(), left.number(), left.since(),
                UnixSocket.takeOver(left.process().pinned(), 0, path.toString(), group, mode)));
        } catch (SystemCallFailed e) {
            LOG.warn("the connector pid={} has no AJP socket to take over and is ended: {}", left.process().pid(),
                e.getMessage());
            return Optional.empty();
        }
    }
}
