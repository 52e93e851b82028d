package warren.plugin;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import warren.contract.GenerationId;
import warren.contract.Route;

/**
 * What a plugin is told of the virtual host that is launched.
 *
 * @param generation its name and this launch's number
 * @param user the owner's UID
 * @param group the owner's GID
 * @param supplementaryGroups further groups, only those that the configuration names
 * @param documentRoot its DocumentRoot, an absolute path
 * @param siblings the document roots of the owner's other virtual hosts
 * @param home the owner's home directory where he has an account, else the document root
 * @param account the account's name; empty where the owner has none
 * @param routes its applications and the services offered to it
 * @param handlesFiles whether files come by WarrenHandler
 * @param directives those of the plugin's own directives that hold for it, the server's first
 * @param installation the directory that the plugin's jar lies in
 */
public record VirtualHostSettings(
        GenerationId generation, UserId user, GroupId group, List<GroupId> supplementaryGroups, Path documentRoot, List<Path> siblings,
        Path home, Optional<String> account, List<Route> routes, boolean handlesFiles, List<Directive> directives, Path installation) {
    public VirtualHostSettings {
        siblings = List.copyOf(siblings);
        supplementaryGroups = List.copyOf(supplementaryGroups);
        routes = List.copyOf(routes);
        directives = List.copyOf(directives);
    }
}
