package warren.launcher;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import warren.contract.GenerationId;
import warren.launcher.stage.LaunchPlan;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.Place;

/** Asks a site's plugins for their steps and puts them together into one launch plan. Whatever is missing refuses. */
final class LaunchPlans {
    private final Plugins plugins;

    LaunchPlans(Plugins plugins) {
        this.plugins = plugins;
    }

    /**
     * A plan without its descriptors.
     *
     * @param group whose quotas hold
     * @param limits of that group, for the launcher to set
     * @param steps for the launch stage
     */
    record Draft(Site.Owner owner, String group, List<LaunchStep.LimitGroup> limits, List<LaunchStep> steps,
                 LaunchStep.Execute program) {
        LaunchPlan plan(LaunchPlan.StandardDescriptors descriptors) {
            return new LaunchPlan(descriptors, owner.user(), owner.group(), owner.supplementaryGroups(),
                steps, program);
        }

        /** Of all but the identity. */
        String fingerprint() {
            return Fingerprint.of(group, limits, steps, program);
        }
    }

    Draft draft(Site site, GenerationId id) throws LaunchFailure {
        Site.Owner owner = site.owner().orElseThrow(() -> refused("no owner"));
        List<LaunchStep> steps = new ArrayList<>();
        // those that are asked for have the last word
        Set<String> names = new LinkedHashSet<>(plugins.always());
        names.addAll(site.plugins());
        for (String name : names) {
            steps.addAll(stepsOf(name, site, owner, id));
        }
        List<LaunchStep.Execute> programs = of(LaunchStep.Execute.class, steps);
        if (programs.size() != 1) {
            throw refused("the plugins " + names + " give " + programs.size() + " programs, expected one");
        }
        steps.removeIf(LaunchStep.Execute.class::isInstance);
        // stable: steps of one place stay in the order of the plugins
        steps.sort(Comparator.comparing(LaunchStep::place));
        requireOwnMounts(steps);
        return new Draft(owner, group(steps, id), of(LaunchStep.LimitGroup.class, steps),
            steps.stream().filter(step -> step.place() != Place.CGROUP).toList(), programs.get(0));
    }

    private static String group(List<LaunchStep> steps, GenerationId id) throws LaunchFailure {
        List<String> groups = of(LaunchStep.ShareQuotas.class, steps).stream().map(LaunchStep.ShareQuotas::group).toList();
        if (groups.size() > 1) {
            throw refused("the quota groups " + groups + ", expected one");
        }
        return groups.isEmpty() ? "virtual host " + id.virtualHost() : groups.get(0);
    }

    private static <T extends LaunchStep> List<T> of(Class<T> type, List<LaunchStep> steps) {
        return steps.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private List<LaunchStep> stepsOf(String name, Site site, Site.Owner owner, GenerationId id) throws LaunchFailure {
        Plugins.Installed plugin = plugins.find(name).orElseThrow(() ->
            refused("the plugin \"" + name + "\" is asked for and not installed, expected one of " + plugins.names()));
        try {
            return plugin.plugin().steps(
                site.settings(id, owner, plugin.understood(site.directives()), plugin.directory()));
        } catch (LaunchRefused e) {
            throw new LaunchFailure("plugin " + name, "steps", Optional.empty(), e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            throw new LaunchFailure("plugin " + name, "steps", Optional.empty(), "it failed with " + e);
        }
    }

    /** In the host's mount namespace a mount would be everybody's, and stay. */
    private static void requireOwnMounts(List<LaunchStep> steps) throws LaunchFailure {
        boolean unshared = false;
        for (LaunchStep step : steps) {
            if (step instanceof LaunchStep.Unshare unshare) {
                unshared |= unshare.namespaces().contains(LaunchStep.Namespace.MOUNT);
            } else if (step instanceof LaunchStep.Mount mount && !unshared) {
                throw refused("a mount on " + mount.target() + " before a mount namespace of the launch's own");
            }
        }
    }

    private static LaunchFailure refused(String why) {
        return new LaunchFailure("launch plan", "put together", Optional.empty(), why);
    }
}
