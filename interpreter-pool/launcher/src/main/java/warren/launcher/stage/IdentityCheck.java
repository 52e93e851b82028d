package warren.launcher.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import java.util.TreeSet;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.GroupId;

/**
 * Reads back what the kernel says of this thread after the switch, and tries to regain root: both must come out as
 * planned. A surprise is a {@link SystemCallFailed} whose errno reads {@code SURPRISE}.
 */
final class IdentityCheck {
    private static final String STATUS = "/proc/thread-self/status";
    private static final int STATUS_BYTES = 8192;
    private static final String[] CAPABILITY_SETS = {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"};

    private final SystemCalls calls;

    IdentityCheck(SystemCalls calls) {
        this.calls = calls;
    }

    void requireSwitched(LaunchPlan plan) throws SystemCallFailed {
        String status = calls.readFile(STATUS, STATUS_BYTES);
        require(status, "Uid:", fourTimes(plan.user().value()));
        require(status, "Gid:", fourTimes(plan.group().value()));
        requireGroups(status, plan.supplementaryGroups());
        for (String set : CAPABILITY_SETS) {
            require(status, set, List.of("0000000000000000"));
        }
        requireNoWayBack();
    }

    private void requireNoWayBack() throws SystemCallFailed {
        if (succeeds(() -> calls.setuid(0)) || succeeds(() -> calls.setgid(0))
                || succeeds(() -> calls.setgroups(List.of(0L)))) {
            throw surprise("regain of root succeeded");
        }
    }

    private interface Call {
        void make() throws SystemCallFailed;
    }

    private static boolean succeeds(Call call) {
        try {
            call.make();
            return true;
        } catch (SystemCallFailed expected) {
            return false;
        }
    }

    private void requireGroups(String status, List<GroupId> planned) throws SystemCallFailed {
        TreeSet<String> expected = new TreeSet<>();
        for (GroupId group : planned) {
            expected.add(group.toString());
        }
        if (!new TreeSet<>(fields(status, "Groups:")).equals(expected)) {
            throw surprise("Groups: " + fields(status, "Groups:") + " where " + expected + " was planned");
        }
    }

    private static void require(String status, String name, List<String> expected) throws SystemCallFailed {
        List<String> found = fields(status, name);
        if (!found.equals(expected)) {
            throw surprise(name + " " + found + " where " + expected + " was planned");
        }
    }

    /** The words behind the name. Nothing is split by patterns here: that alone took a millisecond of the launch. */
    private static List<String> fields(String status, String name) throws SystemCallFailed {
        // the first line is the program's name, so that every other one follows an end of line
        int found = status.indexOf("\n" + name);
        if (found < 0) {
            throw surprise("no line " + name);
        }
        int begin = found + 1 + name.length();
        int end = status.indexOf('\n', begin);
        StringTokenizer words = new StringTokenizer(status.substring(begin, end < 0 ? status.length() : end));
        List<String> fields = new ArrayList<>();
        while (words.hasMoreTokens()) {
            fields.add(words.nextToken());
        }
        return fields;
    }

    private static List<String> fourTimes(long id) {
        String text = Long.toString(id);
        return List.of(text, text, text, text);
    }

    private static SystemCallFailed surprise(String what) {
        return new SystemCallFailed("read back " + STATUS + ": " + what, "SURPRISE");
    }
}
