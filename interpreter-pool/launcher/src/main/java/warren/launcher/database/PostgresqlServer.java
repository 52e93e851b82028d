package warren.launcher.database;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * PostgreSQL with {@code peer} authentication: chapter 21 of its manual. Who may connect to what stands in
 * {@code pg_hba.conf}, where the first line that fits a connection holds.
 */
public final class PostgresqlServer extends DatabaseServer {
    private static final String SOCKET = ".s.PGSQL.";
    private static final String ADMINISTRATORS = "postgres";
    /** Puts lines before all others of a file, in the server's own directory and under its own UID: so no link of it leads us. */
    private static final String PUT_BEFORE = """
        umask 077; new=$(mktemp "$1.XXXXXX") && { printf '%s\\n' "$2"; cat "$1"; } > "$new" && chmod --reference="$1" "$new" && mv "$new" "$1\"""";

    /**
     * @param socket {@code .s.PGSQL.} and the port
     * @param superuser as which {@code peer} knows the server's UID
     * @throws IOException where it is not there
     */
    public PostgresqlServer(Path socket, String superuser) throws IOException {
        super("PostgreSQL", socket, superuser);
    }

    /** Whether a socket has the name that PostgreSQL gives it. */
    public static boolean isSocketOf(Path socket) {
        return socket.getFileName().toString().matches("\\.s\\.PGSQL\\.[0-9]+");
    }

    @Override
    public List<GrantStep> missing(Grant grant) throws IOException, InterruptedException {
        List<GrantStep> steps = new ArrayList<>();
        switch (value("SELECT rolsuper OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles WHERE rolname = '" + grant.role() + "'")) {
            case "" -> steps.add(statement("CREATE ROLE \"" + grant.role() + "\" LOGIN;"));
            case "f" -> { }
            default -> throw new IOException("the role \"" + grant.role() + "\" has more rights than an owner's may have, expected one without:"
                + " ALTER ROLE \"" + grant.role() + "\" NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS, or another by --role");
        }
        String owner = value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '" + grant.database() + "'");
        if (owner.isEmpty()) {
            steps.add(statement("CREATE DATABASE \"" + grant.database() + "\" OWNER \"" + grant.role() + "\";"));
        } else if (!owner.equals(grant.role())) {
            throw new IOException("the database \"" + grant.database() + "\" is there and belongs to the role \"" + owner + "\", expected \""
                + grant.role() + "\": ALTER DATABASE \"" + grant.database() + "\" OWNER TO \"" + grant.role() + "\", or another by --database");
        }
        if (owner.isEmpty() || value("SELECT has_database_privilege('public', '" + grant.database() + "', 'CONNECT')").equals("t")) {
            steps.add(statement("REVOKE CONNECT, TEMPORARY ON DATABASE \"" + grant.database() + "\" FROM PUBLIC;"));
        }
        missingRules(grant).ifPresent(steps::add);
        return steps;
    }

    /** By his UID to his own, and no other way to anything. */
    private Optional<GrantStep> missingRules(Grant grant) throws IOException, InterruptedException {
        List<String> rejects = new ArrayList<>();
        // a database of no name: rules for all but those that are named
        if (!first(grant, "local", "").equals("reject")) {
            rejects.add("local all \"" + grant.role() + "\" reject");
        }
        if (!first(grant, "host", "").equals("reject") || !first(grant, "host", grant.database()).equals("reject")) {
            rejects.add("host all \"" + grant.role() + "\" all reject");
        }
        List<String> lines = new ArrayList<>();
        // a rule for all lets him in only as long as nothing rejects him before it
        if (!rejects.isEmpty() || !first(grant, "local", grant.database()).equals("peer")) {
            lines.add("local \"" + grant.database() + "\" \"" + grant.role() + "\" peer");
        }
        lines.addAll(rejects);
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String file = value("SHOW hba_file");
        String block = String.join("\n", lines);
        return Optional.of(new GrantStep(block + "    # first of all in " + file + ", then: SELECT pg_reload_conf();", () -> {
            good(List.of("/bin/sh", "-c", PUT_BEFORE, "sh", file, block), file);
            value("SELECT pg_reload_conf()");
        }));
    }

    /** The method of the first rule that fits, with its options; empty where none does. */
    private String first(Grant grant, String type, String database) throws IOException, InterruptedException {
        return value("""
            SELECT rtrim(auth_method || ' ' || coalesce(array_to_string(options, ' '), '')) FROM pg_hba_file_rules
            WHERE error IS NULL AND (type = '%1$s' OR '%1$s' = 'host' AND type LIKE 'host%%')
            AND (database && ARRAY['all', '%2$s'] OR 'sameuser' = ANY(database) AND '%2$s' = '%3$s')
            AND (user_name && ARRAY['all', '%3$s'] OR EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = '%3$s' AND '+' || g.rolname = ANY(user_name)))
            ORDER BY line_number LIMIT 1""".formatted(type, database, grant.role()));
    }

    @Override
    List<String> client(String role, String database, String sql) {
        return List.of("psql", "--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1",
            "--host=" + socket().getParent(), "--port=" + port(), "--username=" + role, "--dbname=" + database, "--command=" + sql);
    }

    private String port() {
        return socket().getFileName().toString().substring(SOCKET.length());
    }

    @Override
    String whoAmI() {
        return "SELECT current_user";
    }

    @Override
    String youAre(String role) {
        return role;
    }

    @Override
    public String anotherDatabase() {
        return ADMINISTRATORS;
    }

    @Override
    public String dataSource(Grant grant) {
        return "dbi:Pg:host=" + socket().getParent() + ";port=" + port() + ";dbname=" + grant.database() + ";user=" + grant.role();
    }
}
