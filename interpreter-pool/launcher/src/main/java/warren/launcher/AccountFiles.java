package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import warren.httpd.Accounts;

/**
 * The host's accounts for one reading of the configuration. {@code passwd(5)} and {@code group(5)} are read once, where
 * {@code nsswitch.conf(5)} asks them first: {@code getpwnam(3)} reads them through at each call, which for ten thousand
 * owners with accounts is a minute. What they do not tell, and whatever is not well formed in them, is asked of the
 * other accounts, each once. Ten thousand owners given by numbers that no account has are not asked for one by one
 * where all accounts can be listed. Not thread-safe.
 */
final class AccountFiles implements Accounts {
    private static final int USER_FIELDS = 7;
    private static final int GROUP_FIELDS = 4;
    private static final int HOME = 5;
    /** Both list all that they know; LDAP and its like may not. */
    private static final String LISTABLE = "passwd:\\s*files(\\s+systemd)?\\s*";
    private final Accounts others;
    private final Supplier<Set<Long>> listed;
    private final boolean listable;
    private final Table users;
    private final Table groups;
    private final Map<String, OptionalLong> askedUsers = new HashMap<>();
    private final Map<String, OptionalLong> askedGroups = new HashMap<>();
    private final Map<Long, OptionalLong> askedPrimary = new HashMap<>();
    private final Map<Long, Optional<String>> askedNames = new HashMap<>();
    private final Map<Long, Optional<String>> askedHomes = new HashMap<>();

    private Optional<Set<Long>> allUids = Optional.empty();

    private AccountFiles(Accounts others, Supplier<Set<Long>> listed, boolean listable, Table users, Table groups) {
        this.others = others;
        this.listed = listed;
        this.listable = listable;
        this.users = users;
        this.groups = groups;
    }

    /**
     * @param directory {@code /etc}
     * @param others who knows what the files do not tell: NSS
     * @param listed lists the UIDs of all accounts; asked only where NSS can list all
     */
    static AccountFiles read(Path directory, Accounts others, Supplier<Set<Long>> listed) {
        List<String> order = linesOf(directory.resolve("nsswitch.conf"));
        boolean listable = order.stream().map(String::strip).anyMatch(line -> line.matches(LISTABLE));
        return new AccountFiles(others, listed, listable, Table.read(directory, "passwd", USER_FIELDS, order),
            Table.read(directory, "group", GROUP_FIELDS, order));
    }

    @Override
    public OptionalLong uid(String user) {
        return users.named(user).map(entry -> OptionalLong.of(entry.id()))
            .orElseGet(() -> askedUsers.computeIfAbsent(user, others::uid));
    }

    @Override
    public OptionalLong gid(String group) {
        return groups.named(group).map(entry -> OptionalLong.of(entry.id()))
            .orElseGet(() -> askedGroups.computeIfAbsent(group, others::gid));
    }

    @Override
    public OptionalLong primaryGid(long uid) {
        return users.numbered(uid).map(entry -> number(entry.fields()[3]))
            .orElseGet(() -> mayExist(uid) ? askedPrimary.computeIfAbsent(uid, others::primaryGid)
                : OptionalLong.empty());
    }

    @Override
    public Optional<String> name(long uid) {
        return users.numbered(uid).map(entry -> Optional.of(entry.fields()[0]))
            .orElseGet(() -> mayExist(uid) ? askedNames.computeIfAbsent(uid, others::name) : Optional.empty());
    }

    @Override
    public Optional<String> home(long uid) {
        return users.numbered(uid).map(entry -> Optional.of(entry.fields()[HOME]))
            .orElseGet(() -> mayExist(uid) ? askedHomes.computeIfAbsent(uid, others::home) : Optional.empty());
    }

    private boolean mayExist(long uid) {
        if (listable && allUids.isEmpty()) {
            allUids = Optional.of(listed.get());
        }
        return allUids.map(all -> all.contains(uid)).orElse(true);
    }

    private static OptionalLong number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        long number = digits ? Long.parseLong(text) : -1;
        return number >= 0 && number <= 0xffffffffL ? OptionalLong.of(number) : OptionalLong.empty();
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException notOurs) {
            return List.of(); // libc may read it, or have another way
        }
    }

    private record Entry(long id, String[] fields) { }

    /** Of equal names or numbers the first holds, as for libc; where that one is not well formed, none does. */
    private static final class Table {
        private final Map<String, Optional<Entry>> byName = new HashMap<>();
        private final Map<Long, Entry> byNumber = new HashMap<>();

        static Table read(Path directory, String name, int fields, List<String> order) {
            Table table = new Table();
            boolean first = order.stream().map(String::strip).filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip()).anyMatch(rest -> rest.matches("files(\\s+[a-z].*)?"));
            List<String> lines = first ? linesOf(directory.resolve(name)) : List.of();
            // a line of the old NIS form stands for accounts of elsewhere
            if (lines.stream().noneMatch(line -> line.startsWith("+") || line.startsWith("-"))) {
                lines.forEach(line -> table.add(line.split(":", -1), fields));
            }
            return table;
        }

        private void add(String[] fields, int count) {
            Optional<Entry> entry = fields.length == count && number(fields[2]).isPresent()
                && (count == GROUP_FIELDS || number(fields[3]).isPresent())
                ? Optional.of(new Entry(number(fields[2]).getAsLong(), fields)) : Optional.empty();
            byName.putIfAbsent(fields[0], entry);
            entry.ifPresent(found -> byNumber.putIfAbsent(found.id(), found));
        }

        Optional<Entry> named(String name) {
            return byName.getOrDefault(name, Optional.empty());
        }

        Optional<Entry> numbered(long id) {
            return Optional.ofNullable(byNumber.get(id));
        }
    }
}
