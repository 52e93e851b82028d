package warren.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.stage.Preparation;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.UserId;

/**
 * Measures launch stages as the launcher uses them, from a built Warren; {@code bench/launch-stage} runs it. Prints raw
 * figures and, for each kind, a line with minimum, median and maximum. No test: nothing here is asserted.
 */
final class LaunchStageFigures {
    private static final int CONNECTOR = 60100;
    private static final Duration END = Duration.ofSeconds(5);
    private final Scratch scratch = new Scratch();
    private final StageProgram program;
    private final int runs;
    private int number;

    private LaunchStageFigures(Path home, int runs, List<String> tracer) throws IOException {
        StageProgram stage = StageProgram.of(home, scratch.path(""));
        List<String> arguments = new ArrayList<>(tracer);
        arguments.addAll(stage.arguments());
        this.program = new StageProgram(arguments.get(0), arguments);
        this.runs = runs;
    }

    /** {@code HOME RUNS} measures all; {@code HOME RUNS TRACER...} only launches, with a tracer before the stage. */
    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        LaunchStageFigures figures =
            new LaunchStageFigures(Path.of(all.get(0)), Integer.parseInt(all.get(1)), all.subList(2, all.size()));
        try {
            if (all.size() > 2) {
                figures.launches("launch under the tracer, ms", 0);
            } else {
                figures.measure();
            }
        } finally {
            figures.scratch.close();
        }
        System.exit(0);
    }

    private void measure() throws Exception {
        starts();
        launches("launch by a warm stage, after 1 s of rest, ms", 1000);
        launches("launch by a warm stage, one after another, ms", 0);
        for (int atOnce : new int[] {1, 2, 4}) {
            herd(atOnce);
        }
    }

    private void starts() throws Exception {
        List<Double> times = new ArrayList<>();
        List<Double> memory = new ArrayList<>();
        Stages stages = new Stages(Scratch.CHILDREN, program, scratch.cgroups(), false, Preparation.NOTHING);
        for (int i = 0; i < runs; i++) {
            long began = System.nanoTime();
            Stage stage = stages.take();
            times.add(millisSince(began));
            TimeUnit.MILLISECONDS.sleep(200);
            memory.add(proportionalMegabytes(stage.pid()));
            stage.kill();
        }
        tell("start of a stage from nothing, ms", times);
        tell("proportional memory of a waiting stage, MB", memory);
    }

    private static double proportionalMegabytes(int pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream().filter(line -> line.startsWith("Pss:"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024).sum();
    }

    /** From the plan on the way until the program is executed. */
    private void launches(String what, long restMillis) throws Exception {
        List<Double> times = new ArrayList<>();
        Stages stages = new Stages(Scratch.CHILDREN, program, scratch.cgroups(), false, Preparation.NOTHING);
        for (int i = 0; i < runs; i++) {
            Stage stage = stages.take();
            TimeUnit.MILLISECONDS.sleep(restMillis);
            times.add(launch(stage));
        }
        tell(what, times);
    }

    private double launch(Stage stage) throws Exception {
        GenerationId id;
        synchronized (this) {
            id = new GenerationId(new VirtualHostName("bench"), ++number);
        }
        long began = System.nanoTime();
        stage.cgroup().nameAfter(id);
        Children.Child child = stage.launch(plan(id));
        double millis = millisSince(began);
        stage.release();
        stage.cgroup().killAndRemove(END);
        child.ended().get();
        return millis;
    }

    private LaunchPlan plan(GenerationId id) {
        return new LaunchPlan(new LaunchPlan.StandardDescriptors.Generation(scratch.path(id.fileName() + ".sock").toString(),
            scratch.path(id.fileName() + ".log").toString(), CONNECTOR), new UserId(60101),
            new GroupId(60102), List.of(new GroupId(60103)),
            List.of(new LaunchStep.SetLimit(LaunchStep.Resource.CORE_BYTES, 0, 0)),
            new LaunchStep.Execute("/bin/sleep", List.of("sleep", "100"), Map.of("PATH", "/usr/bin:/bin")));
    }

    /** As many threads ask for launches as fast as they can; the next stages start meanwhile. */
    private void herd(int atOnce) throws Exception {
        List<Double> times = new ArrayList<>();
        try (Stages stages = new Stages(Scratch.CHILDREN, program, scratch.cgroups(), false, Preparation.NOTHING)) {
            stages.keepWarm(2);
            TimeUnit.SECONDS.sleep(2);
            ExecutorService threads = Executors.newFixedThreadPool(atOnce);
            List<Callable<Double>> work = new ArrayList<>();
            for (int i = 0; i < runs; i++) {
                work.add(() -> {
                    long asked = System.nanoTime();
                    launch(stages.take());
                    return millisSince(asked);
                });
            }
            long began = System.nanoTime();
            for (Future<Double> one : threads.invokeAll(work)) {
                times.add(one.get());
            }
            double seconds = millisSince(began) / 1000;
            threads.shutdown();
            tell("asked to launched and ended, " + atOnce + " at once, ms", times);
            System.out.printf(Locale.ROOT, "%-56s %.1f%n", "launches per second, " + atOnce + " at once", runs / seconds);
        }
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    private static void tell(String what, List<Double> figures) {
        double[] sorted = figures.stream().mapToDouble(one -> one).sorted().toArray();
        System.out.printf(Locale.ROOT, "%-56s min %.2f  median %.2f  max %.2f  n %d%n", what, sorted[0],
            sorted[sorted.length / 2], sorted[sorted.length - 1], sorted.length);
        System.out.println("  raw " + Arrays.toString(figures.stream().map(one -> String.format(Locale.ROOT, "%.2f", one)).toArray()));
    }
}
