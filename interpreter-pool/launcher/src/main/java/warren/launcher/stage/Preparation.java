package warren.launcher.stage;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;

/**
 * What a launch stage does while it waits, before it knows whose launch it will be: it puts together what is the same in
 * all roots.
 *
 * @param rootMount an empty directory of root's, where it is put together
 * @param entries of the root; none where there is nothing to do
 */
public record Preparation(String rootMount, List<RootEntry> entries) {
    public static final Preparation NOTHING = new Preparation("/", List.of());

    public Preparation {
        entries = List.copyOf(entries);
        for (RootEntry entry : entries) {
            if (entry instanceof RootEntry.Hidden) {
                throw new IllegalArgumentException(entry + " in what all roots have: what is hidden must come last");
            }
        }
    }

    public boolean isNothing() {
        return entries.isEmpty();
    }

    /**
     * The plan for a stage that has done this: of its root only what is left to add. The plan as it is where it has no root in
     * memory with all of this, or has something that cannot be added to it.
     */
    public LaunchPlan rest(LaunchPlan plan) {
        List<LaunchStep> steps = new ArrayList<>(plan.steps());
        boolean fits = false;
        if (!isNothing() && plan.rootMount().equals(rootMount)) {
            for (int i = 0; i < steps.size(); i++) {
                Optional<LaunchStep> rest = rest(steps.get(i));
                if (rest.isPresent()) {
                    steps.set(i, rest.get());
                    fits = true;
                }
            }
        }
        return fits ? plan.onCommonRootWith(steps) : plan;
    }

    private Optional<LaunchStep> rest(LaunchStep step) {
        if (!(step instanceof LaunchStep.OwnRoot root) || root.tree().isPresent()) {
            return Optional.empty();
        }
        Set<RootEntry> missing = new HashSet<>(entries);
        List<RootEntry> left = root.entries().stream().filter(entry -> !missing.remove(entry)).toList();
        return missing.isEmpty() && left.stream().allMatch(this::canBeAdded)
            ? Optional.of(new LaunchStep.OwnRoot(root.tree(), left)) : Optional.empty();
    }

    /** What lies above something that is there would have come first. With a device its file system is mounted otherwise. */
    private boolean canBeAdded(RootEntry entry) {
        return !(entry instanceof RootEntry.Device) && (entry instanceof RootEntry.Hidden
            || entries.stream().noneMatch(common -> isBeneath(common.path(), entry.path())));
    }

    private static boolean isBeneath(String path, String above) {
        return above.equals("/") || path.equals(above) || path.startsWith(above + "/");
    }
}
