package warren.launcher.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import warren.launcher.CannotStart;
import warren.launcher.Launcher;
import warren.launcher.OwnersAccount;
import warren.launcher.database.DatabaseServer;
import warren.launcher.database.Grant;
import warren.launcher.database.GrantStep;
import warren.launcher.database.MariadbServer;
import warren.launcher.database.PostgresqlServer;

@Command(name = "database", mixinStandardHelpOptions = true,
    description = {"Let a virtual host's interpreters into a database without a password: the server asks the kernel for the UID of who",
        "connects. Prints what the server needs for that, or has it done with --apply, and then tries it: the owner must come",
        "into that database, not into another, and nobody else under his name."})
final class DatabaseCommand implements Callable<Integer> {
    /** An account that runs nothing and owns nothing, on every Linux. */
    private static final long NOBODY = 65534;

    @Mixin
    private HttpdOptions httpd;

    @Parameters(index = "0", paramLabel = "grant")
    private Action action;

    @Parameters(index = "1", paramLabel = "VHOST")
    private String virtualHost;

    @Option(names = "--socket", paramLabel = "FILE", required = true, description = {"the server's Unix socket: as a rule",
        "/run/postgresql/.s.PGSQL.5432 or /run/mysqld/mysqld.sock"})
    private Path socket;

    @Option(names = "--role", paramLabel = "NAME", description = "the owner's name for the server, which must be that of his account"
        + " (default: that)")
    private Optional<String> role;

    @Option(names = "--database", paramLabel = "NAME", description = "(default: the role's name)")
    private Optional<String> database;

    @Option(names = "--superuser", paramLabel = "NAME", description = "how the server calls its own UID (default: postgres or mysql)")
    private Optional<String> superuser;

    @Option(names = "--apply", description = "have it done")
    private boolean apply;

    /** As it is typed. */
    private enum Action { grant }

    @Override
    public Integer call() throws CannotStart, IOException, InterruptedException {
        Optional<OwnersAccount> owner = Launcher.files(HttpdOptions.home(), httpd.file, httpd.serverRoot, httpd.defines).owner(virtualHost);
        if (owner.isEmpty()) {
            return notDone("no virtual host or service \"" + virtualHost + "\" is configured without mistakes; see warren configtest");
        }
        Optional<String> name = role.or(owner.get()::name);
        if (name.isEmpty()) {
            return notDone("UID " + owner.get().uid() + " has no account on this machine, and the server knows UIDs by their accounts' names:"
                + " make one, or tell by --role what it is called where the server runs");
        }
        if (!Files.exists(socket)) {
            return notDone("there is no socket " + socket + ": expected that of a server that runs");
        }
        Grant grant = new Grant(owner.get().uid(), owner.get().gid(), name.get(), database.orElse(name.get()));
        DatabaseServer server = PostgresqlServer.isSocketOf(socket) ? new PostgresqlServer(socket, superuser.orElse("postgres"))
            : new MariadbServer(socket, superuser.orElse("mysql"));
        List<GrantStep> missing = server.missing(grant);
        if (!missing.isEmpty() && !apply) {
            System.out.println("missing, --apply has it done:");
            missing.forEach(step -> System.out.println(step.text()));
            return WarrenCommand.NOT_DONE;
        }
        for (GrantStep step : missing) {
            step.action().run();
            System.out.println("done: " + step.text());
        }
        return tried(server, grant) ? told(server, grant) : WarrenCommand.NOT_DONE;
    }

    private static int notDone(String why) {
        System.out.println(why);
        return WarrenCommand.NOT_DONE;
    }

    private static boolean tried(DatabaseServer server, Grant grant) throws IOException, InterruptedException {
        Optional<String> own = server.refusal(grant.uid(), grant.gid(), grant.role(), grant.database());
        if (own.isPresent()) {
            System.out.println("tried: UID " + grant.uid() + " is not let into \"" + grant.database() + "\": " + own.get());
            return false;
        }
        if (server.refusal(grant.uid(), grant.gid(), grant.role(), server.anotherDatabase()).isEmpty()) {
            System.out.println("tried: UID " + grant.uid() + " is let into \"" + server.anotherDatabase() + "\" too");
            return false;
        }
        if (server.refusal(NOBODY, NOBODY, grant.role(), grant.database()).isEmpty()) {
            System.out.println("tried: UID " + NOBODY + " is let into \"" + grant.database() + "\" as \"" + grant.role() + "\" too");
            return false;
        }
        return true;
    }

    private int told(DatabaseServer server, Grant grant) {
        System.out.println("tried: UID " + grant.uid() + " is let into \"" + grant.database() + "\", not into another, and nobody else as \""
            + grant.role() + "\"");
        System.out.println("in the virtual host, where it has a jail:  WarrenJailAllow " + socket.getParent() + " ro");
        System.out.println("in its code:  DBI->connect('" + server.dataSource(grant) + "', '" + grant.role() + "')");
        return WarrenCommand.DONE;
    }
}
