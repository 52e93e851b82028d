package warren.launcher;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import warren.plugin.GroupId;
import warren.plugin.UserId;

/**
 * What a launcher leaves in writing of a process that it launched, so that the next one can tell whether it is the same
 * process, and whether it would launch the same.
 *
 * @param pid of the parent interpreter or the connector
 * @param startTicks {@link ProcessStat#startTicks}
 * @param since when it was launched
 * @param user its UID
 * @param group its GID
 * @param groups all further groups
 * @param fingerprint of the rest of its launch plan
 */
record Note(int pid, long startTicks, Instant since, UserId user, GroupId group, List<GroupId> groups,
            String fingerprint) {
    Note {
        groups = List.copyOf(groups);
    }

    /** As it is now, of a process that has just been launched. */
    static Note of(int pid, Instant since, UserId user, GroupId group, List<GroupId> groups, String fingerprint)
            throws IOException {
        ProcessStat stat = ProcessStat.of(pid).orElseThrow(() -> new IOException("process " + pid + " has gone already"));
        return new Note(pid, stat.startTicks(), since, user, group, groups, fingerprint);
    }

    boolean hasIdentity(UserId otherUser, GroupId otherGroup, List<GroupId> otherGroups) {
        return user.equals(otherUser) && group.equals(otherGroup) && groups.equals(otherGroups);
    }

    /** A line for each field, {@code name=value}. */
    String text() {
        return "pid=" + pid + "\nstart=" + startTicks + "\nsince=" + since + "\nuser=" + user.value() + "\ngroup="
            + group.value() + "\ngroups=" + groups.stream().map(one -> Long.toString(one.value()))
                .collect(Collectors.joining(" ")) + "\nfingerprint=" + fingerprint + "\n";
    }

    /** @throws IOException where it is not a whole note */
    static Note parse(String text) throws IOException {
        Properties fields = new Properties();
        try {
            fields.load(new StringReader(text));
            return new Note(Integer.parseInt(field(fields, "pid")), Long.parseLong(field(fields, "start")),
                Instant.parse(field(fields, "since")), new UserId(Long.parseLong(field(fields, "user"))),
                new GroupId(Long.parseLong(field(fields, "group"))),
                Arrays.stream(field(fields, "groups").split(" ")).filter(word -> !word.isEmpty())
                    .map(word -> new GroupId(Long.parseLong(word))).toList(),
                field(fields, "fingerprint"));
        } catch (RuntimeException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
    }

    private static String field(Properties fields, String name) {
        String value = fields.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + name);
        }
        return value;
    }
}
