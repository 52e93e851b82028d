package warren.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import warren.contract.GenerationId;
import warren.contract.VirtualHost;
import warren.plugin.Directive;
import warren.plugin.GroupId;
import warren.plugin.UserId;
import warren.plugin.VirtualHostSettings;

/**
 * One virtual host or service as the launcher knows it.
 *
 * @param virtualHost what the connector is told
 * @param owner whom its code runs as; empty only where it is quarantined
 * @param plugins the names of the plugins that take part in its launch, the language first
 * @param directives the plugins' directives that hold for it, the server's first
 * @param siblings the document roots of the owner's other virtual hosts
 */
record Site(VirtualHost virtualHost, Optional<Owner> owner, List<String> plugins, List<Directive> directives,
            List<Path> siblings) {
    /** The only virtual host of its owner. */
    Site(VirtualHost virtualHost, Optional<Owner> owner, List<String> plugins, List<Directive> directives) {
        this(virtualHost, owner, plugins, directives, List.of());
    }

    Site {
        siblings = List.copyOf(siblings);
        plugins = List.copyOf(plugins);
        directives = List.copyOf(directives);
    }

    /**
     * Whom its code runs as.
     *
     * @param home the home directory where the owner has an account, else the document root
     * @param account its name; empty where he has none
     */
    record Owner(UserId user, GroupId group, List<GroupId> supplementaryGroups, Path home, Optional<String> account) {
        Owner {
            supplementaryGroups = List.copyOf(supplementaryGroups);
        }
    }

    /** What a plugin is told at a launch. */
    VirtualHostSettings settings(GenerationId generation, Owner whom, List<Directive> ofPlugin, Path installation) {
        return new VirtualHostSettings(generation, whom.user(), whom.group(), whom.supplementaryGroups(),
            Path.of(virtualHost.documentRoot()), siblings, whom.home(), whom.account(), virtualHost.routes(), virtualHost.handlesFiles(),
            ofPlugin, installation);
    }
}
