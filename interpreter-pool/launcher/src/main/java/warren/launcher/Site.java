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
 */
record Site(VirtualHost virtualHost, Optional<Owner> owner, List<String> plugins, List<Directive> directives) {
    Site {
        plugins = List.copyOf(plugins);
        directives = List.copyOf(directives);
    }

    /** @param home the home directory where the owner has an account, else the document root */
    record Owner(UserId user, GroupId group, List<GroupId> supplementaryGroups, Path home) {
        Owner {
            supplementaryGroups = List.copyOf(supplementaryGroups);
        }
    }

    /** What a plugin is told at a launch. */
    VirtualHostSettings settings(GenerationId generation, Owner whom, List<Directive> ofPlugin, Path installation) {
        return new VirtualHostSettings(generation, whom.user(), whom.group(), whom.supplementaryGroups(),
            Path.of(virtualHost.documentRoot()), whom.home(), virtualHost.routes(), virtualHost.handlesFiles(),
            ofPlugin, installation);
    }
}
