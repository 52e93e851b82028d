package warren.plugin;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A host plugin, found by {@link java.util.ServiceLoader} in the jars of {@code plugins/NAME/}. It is called by the
 * launcher, as root, with what root wrote and nothing else; it makes no system call, opens no file of an owner's and
 * keeps no state.
 */
public interface LaunchPlugin {
    /** The name by which {@code WarrenPlugin} asks for it, and of its directory. */
    String name();

    /** The directives that it understands; all others in a virtual host are some other plugin's or a mistake. */
    List<DirectiveRule> directives();

    /** Whether it takes part in every launch, also of those that do not ask for it. */
    default boolean takesPartAlways() {
        return false;
    }

    /** What does not go together in the directives of one virtual host, each of which is good alone. It does no I/O. */
    default Optional<Misfit> misfit(List<Directive> directives) {
        return Optional.empty();
    }

    /** The limits that hold for a virtual host with these directives, for people to read. It does no I/O. */
    default List<LimitInForce> limits(List<Directive> directives) {
        return List.of();
    }

    /**
     * Of those limits the ones that hold for all virtual hosts of the owner together which share them; none where this
     * one shares none. A virtual host that says otherwise than the owner's first is refused. It does no I/O.
     */
    default List<LimitInForce> sharedLimits(List<Directive> directives) {
        return List.of();
    }

    /** Whether a virtual host with these directives can reach the services on the machine's loopback. It does no I/O. */
    default boolean reachesLoopback(List<Directive> directives) {
        return true;
    }

    /** Of those services the TCP ports that it is meant to reach, where they are named. It does no I/O. */
    default Set<Integer> connectPorts(List<Directive> directives) {
        return Set.of();
    }

    /** Whether a virtual host with these directives is given credentials. It does no I/O. */
    default boolean givesCredentials(List<Directive> directives) {
        return false;
    }

    /** Whether a virtual host with these directives sees no processes but its own. It does no I/O. */
    default boolean hidesProcesses(List<Directive> directives) {
        return false;
    }

    /** The paths in these directives, for the launcher to look at. It does no I/O. */
    default List<NamedPath> paths(List<Directive> directives) {
        return List.of();
    }

    /**
     * What this plugin's roots have in common, whatever a virtual host says: launch stages put it together while they wait. An
     * {@link LaunchStep.OwnRoot} without all of it is put together at its launch. Nothing hidden is in it. It does no I/O.
     */
    default List<RootEntry> commonRoot() {
        return List.of();
    }

    /**
     * The steps of one launch. Steps of different plugins are put together and performed in the order of their
     * {@link LaunchStep#place() places}; those of one place in the order of the plugins in the configuration.
     *
     * @throws LaunchRefused where the virtual host cannot be launched as it asks; nothing is launched then
     */
    List<LaunchStep> steps(VirtualHostSettings settings) throws LaunchRefused;
}
