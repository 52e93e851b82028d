package warren.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.launcher.credentials.CredentialStore;
import warren.launcher.stage.Credentials;
import warren.launcher.stage.LaunchPlan;
import warren.launcher.stage.Preparation;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCallFilters;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.Place;
import warren.plugin.RootEntry;

/** Asks a site's plugins for their steps and puts them together into one launch plan. Whatever is missing refuses. */
final class LaunchPlans {
    private static final int LOOKED_AT = 50;
    private final Plugins plugins;
    private final CredentialStore credentials;
    private final String rootMount;
    private final String credentialsMount;
    private final SystemCallFilters filters = new SystemCallFilters();

    /**
     * @param credentials what virtual hosts may be given
     * @param rootMount an empty directory of root's, where roots are put together
     * @param credentialsMount one where those without a root of their own find their credentials
     */
    LaunchPlans(Plugins plugins, CredentialStore credentials, Path rootMount, Path credentialsMount) {
        this.plugins = plugins;
        this.credentials = credentials;
        this.rootMount = rootMount.toString();
        this.credentialsMount = credentialsMount.toString();
    }

    /**
     * A plan without its descriptors.
     *
     * @param group whose quotas hold
     * @param limits of that group, for the launcher to set
     * @param steps for the launch stage
     * @param filter of system calls, as {@code seccomp(2)} has it; empty for none
     * @param given what it is given to know, by name: values are found for a launch alone
     */
    record Draft(Site.Owner owner, String group, List<LaunchStep.LimitGroup> limits, List<LaunchStep> steps,
                 String rootMount, byte[] filter, Credentials given, LaunchStep.Execute program) {
        /** @param values those of {@link #given}, from {@link LaunchPlans#valuesOf}; the names alone do to compare */
        LaunchPlan plan(LaunchPlan.StandardDescriptors descriptors, Credentials values) {
            return new LaunchPlan(descriptors, owner.user(), owner.group(), owner.supplementaryGroups(),
                steps, rootMount, filter, values, program);
        }

        /** Whether its stage must have been started in a PID namespace of its own. */
        boolean hasOwnProcesses() {
            return steps.stream().anyMatch(step -> step instanceof LaunchStep.Unshare unshare
                && unshare.namespaces().contains(LaunchStep.Namespace.PROCESSES));
        }

        /** Of all but the identity. */
        String fingerprint() {
            // not the values: what is noted of them could be guessed at
            return Fingerprint.of(group, limits, steps, HexFormat.of().formatHex(filter),
                given.files().stream().map(Credentials.Credential::name).toList(), program);
        }
    }

    /** What stages for launches in a root of their own do while they wait. */
    Preparation preparation() {
        return new Preparation(rootMount, plugins.commonRoot());
    }

    /** Which kinds of launch stages the first of these want: ten thousand are mostly alike. */
    Set<Boolean> kinds(Collection<Site> sites) {
        Set<Boolean> kinds = new HashSet<>();
        for (Site site : sites.stream().filter(site -> site.owner().isPresent()).limit(LOOKED_AT).toList()) {
            try {
                kinds.add(draft(site, new GenerationId(site.virtualHost().name(), 1)).hasOwnProcesses());
            } catch (LaunchFailure refused) {
                // told when it is launched
            }
        }
        return kinds;
    }

    /** The names of what a virtual host is given to know. */
    List<String> credentials(Site site) throws LaunchFailure {
        return draft(site, new GenerationId(site.virtualHost().name(), 1)).given().files().stream()
            .map(Credentials.Credential::name).toList();
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
        requireOwnNamespaces(steps);
        Credentials given = given(steps);
        return new Draft(owner, group(steps, id), of(LaunchStep.LimitGroup.class, steps), forStage(steps),
            rootMount, filter(steps), given, toldOf(given, programs.get(0)));
    }

    private Credentials given(List<LaunchStep> steps) {
        boolean ownRoot = !of(LaunchStep.OwnRoot.class, steps).isEmpty();
        return new Credentials(ownRoot ? LaunchStep.GiveCredential.DIRECTORY : credentialsMount,
            of(LaunchStep.GiveCredential.class, steps).stream()
                .map(wanted -> new Credentials.Credential(wanted.name(), new byte[0])).toList());
    }

    /** What a draft's credentials are now. @throws LaunchFailure where one is missing, or the store cannot be opened */
    Credentials valuesOf(Draft draft, VirtualHostName host) throws LaunchFailure {
        List<Credentials.Credential> files = new ArrayList<>();
        for (Credentials.Credential wanted : draft.given().files()) {
            try {
                files.add(new Credentials.Credential(wanted.name(), credentials.find(host, wanted.name()).orElseThrow(() ->
                    refused("the credential \"" + wanted.name() + "\" is not in the store, expected it from warren credential set "
                        + host + " " + wanted.name()))));
            } catch (IOException e) {
                throw new LaunchFailure("credentials", "open", Optional.empty(), e.getMessage());
            }
        }
        return new Credentials(draft.given().directory(), files);
    }

    private static LaunchStep.Execute toldOf(Credentials given, LaunchStep.Execute program) {
        if (given.files().isEmpty()) {
            return program;
        }
        Map<String, String> environment = new TreeMap<>(program.environment());
        environment.put("CREDENTIALS_DIRECTORY", given.directory());
        return new LaunchStep.Execute(program.program(), program.arguments(), environment);
    }

    /** Without what the launcher does itself, and with what all plugins show in the one root. */
    private static List<LaunchStep> forStage(List<LaunchStep> steps) throws LaunchFailure {
        List<LaunchStep> left = new ArrayList<>(steps);
        left.removeIf(step -> step.place() == Place.CGROUP || step instanceof LaunchStep.Show
            || step instanceof LaunchStep.AllowSystemCalls || step instanceof LaunchStep.GiveCredential);
        List<LaunchStep.OwnRoot> roots = of(LaunchStep.OwnRoot.class, steps);
        if (roots.size() > 1) {
            throw refused("the plugins give " + roots.size() + " roots, expected at most one");
        }
        mergeNamespaces(left);
        List<RootEntry> shown = of(LaunchStep.Show.class, steps).stream().map(LaunchStep.Show::entry).toList();
        left.replaceAll(step -> step instanceof LaunchStep.OwnRoot root ? root.with(shown) : step);
        return List.copyOf(left);
    }

    /** One copy of the mounts is enough. */
    private static void mergeNamespaces(List<LaunchStep> steps) {
        Set<LaunchStep.Namespace> all = EnumSet.noneOf(LaunchStep.Namespace.class);
        of(LaunchStep.Unshare.class, steps).forEach(step -> all.addAll(step.namespaces()));
        if (!all.isEmpty()) {
            int first = steps.indexOf(of(LaunchStep.Unshare.class, steps).get(0));
            steps.removeIf(LaunchStep.Unshare.class::isInstance);
            steps.add(first, new LaunchStep.Unshare(all));
        }
    }

    private byte[] filter(List<LaunchStep> steps) throws LaunchFailure {
        List<LaunchStep.AllowSystemCalls> allowed = of(LaunchStep.AllowSystemCalls.class, steps);
        if (allowed.size() > 1) {
            throw refused("the plugins give " + allowed.size() + " lists of system calls, expected at most one");
        }
        try {
            return allowed.isEmpty() ? new byte[0] : filters.of(allowed.get(0).rules());
        } catch (SystemCallFailed e) {
            throw new LaunchFailure("filter of system calls", e.call(), Optional.of(e.errno()), Hints.of(e.call(), e.errno()));
        }
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

    /** In the host's namespaces a mount, or a limit of IPC, would be everybody's, and stay. */
    private static void requireOwnNamespaces(List<LaunchStep> steps) throws LaunchFailure {
        Set<LaunchStep.Namespace> own = EnumSet.noneOf(LaunchStep.Namespace.class);
        for (LaunchStep step : steps) {
            if (step instanceof LaunchStep.Unshare unshare) {
                own.addAll(unshare.namespaces());
            } else if (step instanceof LaunchStep.LimitSystemVIpc && !own.contains(LaunchStep.Namespace.IPC)) {
                throw refused("a limit of System V IPC before an IPC namespace of the launch's own");
            } else if (step instanceof LaunchStep.Mount mount && !own.contains(LaunchStep.Namespace.MOUNT)) {
                throw refused("a mount on " + mount.target() + " before a mount namespace of the launch's own");
            } else if (step instanceof LaunchStep.OwnRoot && !own.contains(LaunchStep.Namespace.MOUNT)) {
                throw refused("a root of its own before a mount namespace of the launch's own");
            }
        }
    }

    private static LaunchFailure refused(String why) {
        return new LaunchFailure("launch plan", "put together", Optional.empty(), why);
    }
}
