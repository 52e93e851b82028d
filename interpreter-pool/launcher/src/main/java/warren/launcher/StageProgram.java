package warren.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import warren.launcher.cgroup.Cgroup;

/**
 * How a launch stage's JVM is started. The flags close the JVM's own doors (attach file, SIGQUIT dump, performance
 * data, core and error files in places that owners can write) and keep it small; the class-data archive, made when
 * Warren is built, halves its start.
 */
record StageProgram(String program, List<String> arguments) {
    private static final String MAIN = "warren.launcher.stage.LaunchStage";

    StageProgram {
        arguments = List.copyOf(arguments);
    }

    /** @param temporaryDirectory where the JVM may write a file of its own; root's alone */
    static StageProgram of(Path home, Path temporaryDirectory) {
        String java = javaProgram();
        List<String> arguments = new ArrayList<>(List.of(java));
        Path archive = home.resolve("lib/stage.jsa");
        if (Files.isReadable(archive)) {
            arguments.add("-XX:SharedArchiveFile=" + archive);
        }
        arguments.addAll(FLAGS);
        // never /tmp: an owner can write there
        arguments.add("-Djava.io.tmpdir=" + temporaryDirectory);
        arguments.add("-Djffi.boot.library.path=" + home.resolve("lib/native"));
        arguments.addAll(List.of("-cp", home.resolve("lib/launcher/launcher.jar").toString(), MAIN));
        return new StageProgram(java, arguments);
    }

    /** With what it joins. */
    List<String> argumentsIn(Cgroup cgroup) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(cgroup.joinFiles());
        return all;
    }

    /** The java that runs this process. */
    static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The class-data archive is made with the same. */
    static final List<String> FLAGS = List.of(
        "-Xrs", "-XX:+DisableAttachMechanism", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash",
        "-XX:ErrorFile=/dev/null", "-XX:-MaxFDLimit", "-XX:+DisplayVMOutputToStderr", "-Xlog:disable",
        // cds: it would say at each start that the JDK's own archive was made without --enable-native-access
        "-Xlog:all=error,cds=off:stderr",
        // everything is done once, so that nothing is worth compiling; the archive's pages stay as they are in the file,
        // where all our JVMs share them: a random address would have each of them make its own copy
        "-Xint", "-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0",
        "-XX:+UseSerialGC", "-Xms2m", "-Xmn1m", "-Xmx32m", "-Xss512k", "-XX:ReservedCodeCacheSize=4m",
        // no bytecode made at run time, by JNR or by reflection
        "-Djnr.ffi.asm.enabled=false", "-Djdk.reflect.useNativeAccessorOnly=true", "--enable-native-access=ALL-UNNAMED");
}
