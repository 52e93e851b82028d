package warren.launcher.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A server on this machine, asked through its own client program and under the server's own UID: root reads nothing of it. */
public abstract class DatabaseServer {
    private final String product;
    private final Path socket;
    private final long uid;
    private final long gid;
    private final String superuser;

    /**
     * @param socket its Unix socket; whose it is tells the server's UID
     * @param superuser as which the server knows that UID
     * @throws IOException where the socket is not there
     */
    DatabaseServer(String product, Path socket, String superuser) throws IOException {
        this.product = product;
        this.socket = socket;
        this.superuser = superuser;
        Map<String, Object> attributes = Files.readAttributes(socket, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
        this.uid = Integer.toUnsignedLong((int) attributes.get("uid"));
        this.gid = Integer.toUnsignedLong((int) attributes.get("gid"));
    }

    /**
     * What is missing for the grant, in the order in which it must be done; nothing where all is there.
     *
     * @throws IOException where the server cannot be asked, or has something else of that name; the message says what to do
     */
    public abstract List<GrantStep> missing(Grant grant) throws IOException, InterruptedException;

    /** What Perl's DBI connects with. */
    public abstract String dataSource(Grant grant);

    /** A database that every server has, and that no grant is for. */
    public abstract String anotherDatabase();

    /** A client program and its arguments, for one statement; it prints values alone. */
    abstract List<String> client(String role, String database, String sql);

    /** A statement that tells whom the server takes the client for, and what it says to that role. */
    abstract String whoAmI();

    abstract String youAre(String role);

    /**
     * Connects as whoever has this UID would.
     *
     * @return the server's refusal; empty where it let him in under that role
     */
    public Optional<String> refusal(long asUid, long asGid, String role, String database) throws IOException, InterruptedException {
        ClientProgram.Said said = ClientProgram.run(asUid, asGid, client(role, database, whoAmI()));
        return said.isGood() && said.text().equals(youAre(role)) ? Optional.empty() : Optional.of(said.text());
    }

    Path socket() {
        return socket;
    }

    /** What the superuser is told; nothing where there is no row. */
    String value(String sql) throws IOException, InterruptedException {
        return good(client(superuser, anotherDatabase(), sql), product + " at " + socket + ", asked as \"" + superuser + "\" under UID " + uid);
    }

    /** What a program under the server's UID prints. */
    String good(List<String> command, String what) throws IOException, InterruptedException {
        ClientProgram.Said said = ClientProgram.run(uid, gid, command);
        if (!said.isGood()) {
            throw new IOException(what + ": " + said.text());
        }
        return said.text();
    }

    GrantStep statement(String sql) {
        return new GrantStep(sql, () -> value(sql));
    }
}
