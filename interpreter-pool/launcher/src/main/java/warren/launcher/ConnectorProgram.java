package warren.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import warren.launcher.stage.LaunchPlan;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

/**
 * How the connector is started, and as whom. The class-data archive, made when Warren is built, halves its start: while
 * it is replaced, requests wait.
 */
record ConnectorProgram(UserId user, GroupId group, List<LaunchStep> steps, LaunchStep.Execute program) {
    private static final String MAIN = "warren.connector.ConnectorMain";

    ConnectorProgram {
        steps = List.copyOf(steps);
    }

    static ConnectorProgram of(Path home, Directories directories, UserId user, GroupId group) {
        String java = StageProgram.javaProgram();
        List<String> arguments = new ArrayList<>(List.of(java));
        Path archive = home.resolve("lib/connector.jsa");
        if (Files.isReadable(archive)) {
            arguments.add("-XX:SharedArchiveFile=" + archive);
        }
        arguments.addAll(FLAGS);
        arguments.addAll(List.of("-XX:ErrorFile=" + directories.connectorLogs().resolve("hs_err.log"),
            "-Djava.io.tmpdir=" + directories.connectorWork(),
            "-cp", home.resolve("lib/connector/connector.jar").toString(), MAIN, directories.launcherSocket().toString()));
        Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C.UTF-8");
        return new ConnectorProgram(user, group, List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0)),
            new LaunchStep.Execute(java, arguments, environment));
    }

    /**
     * The class-data archive is made with the same garbage collector. A request in flight has about 110 KB in Tomcat; a
     * thousand slow clients ended a connector of 192 MB (docs/performance/survival.md). With those the serial collector had
     * everybody wait 160 ms for a look through the whole heap; G1 does that beside the requests. A small young generation keeps
     * garbage from touching most of the heap, which takes less and no more time (docs/performance/README.md). What is
     * free goes back to the machine, once a minute also where nothing is collected otherwise.
     */
    private static final List<String> FLAGS = List.of("-XX:+DisableAttachMechanism", "-XX:-UsePerfData",
        "-XX:-CreateCoredumpOnCrash", "-XX:+UseG1GC", "-XX:G1PeriodicGCInterval=60000", "-XX:MinHeapFreeRatio=10",
        "-XX:MaxHeapFreeRatio=30", "-Xms32m", "-Xmn24m", "-Xmx256m", "-XX:MaxDirectMemorySize=64m",
        "-XX:+ExitOnOutOfMemoryError", "-Xlog:cds=off");

    LaunchPlan plan(Path output) {
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Connector(output.toString()), user,
            group, List.of(), steps, program);
    }

    /** Of all but the identity. */
    String fingerprint() {
        return Fingerprint.of(steps, program);
    }
}
