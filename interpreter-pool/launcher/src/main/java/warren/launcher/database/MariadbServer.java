package warren.launcher.database;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** MariaDB with the authentication plugin {@code unix_socket}, of MariaDB 10.4 and later. */
public final class MariadbServer extends DatabaseServer {
    private static final String ADMINISTRATORS = "mysql";

    /**
     * @param superuser as which {@code unix_socket} knows the server's UID
     * @throws IOException where the socket is not there
     */
    public MariadbServer(Path socket, String superuser) throws IOException {
        super("MariaDB", socket, superuser);
    }

    @Override
    public List<GrantStep> missing(Grant grant) throws IOException, InterruptedException {
        List<GrantStep> steps = new ArrayList<>();
        String user = "'" + grant.role() + "'@'localhost'";
        String method = value("SELECT IF(JSON_EXISTS(Priv, '$.auth_or'), 'one of several ways', JSON_VALUE(Priv, '$.plugin'))"
            + " FROM mysql.global_priv WHERE User = '" + grant.role() + "' AND Host = 'localhost'");
        if (method.isEmpty()) {
            steps.add(statement("CREATE USER " + user + " IDENTIFIED VIA unix_socket;"));
        } else if (!method.equals("unix_socket")) {
            throw new IOException("the user " + user + " is there and known by " + method + ", expected unix_socket: ALTER USER " + user
                + " IDENTIFIED VIA unix_socket, or another by --role");
        }
        String others = value("SELECT GROUP_CONCAT(DISTINCT Host) FROM mysql.global_priv WHERE User IN ('', '" + grant.role()
            + "') AND Host <> 'localhost' AND JSON_VALUE(Priv, '$.is_role') IS NULL");
        if (!others.equals("NULL")) {
            throw new IOException("\"" + grant.role() + "\" or anybody may come from " + others + " too, expected nobody of that name but "
                + user + ": DROP USER");
        }
        if (value("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '" + grant.database() + "'").isEmpty()) {
            steps.add(statement("CREATE DATABASE `" + grant.database() + "`;"));
        }
        // in a grant an underscore stands for any letter
        String pattern = grant.database().replace("_", "\\_");
        if (value("SELECT Db FROM mysql.db WHERE User = '" + grant.role() + "' AND Host = 'localhost' AND Db = '"
                + pattern.replace("\\", "\\\\") + "' AND Drop_priv = 'Y'").isEmpty()) {
            steps.add(statement("GRANT ALL PRIVILEGES ON `" + pattern + "`.* TO " + user + ";"));
        }
        return steps;
    }

    /** Without any file of options: those of the one who asks may name another server or a password. */
    @Override
    List<String> client(String role, String database, String sql) {
        return List.of("mariadb", "--no-defaults", "--protocol=socket", "--local-infile=0", "--batch", "--raw", "--skip-column-names",
            "--socket=" + socket(), "--user=" + role, "--database=" + database, "--execute=" + sql);
    }

    @Override
    String whoAmI() {
        return "SELECT CURRENT_USER()";
    }

    @Override
    String youAre(String role) {
        return role + "@localhost";
    }

    @Override
    public String anotherDatabase() {
        return ADMINISTRATORS;
    }

    @Override
    public String dataSource(Grant grant) {
        return "dbi:MariaDB:mariadb_socket=" + socket() + ";database=" + grant.database();
    }
}
