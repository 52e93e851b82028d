package warren.plugin.jails;

import java.util.List;
import java.util.stream.Collectors;
import warren.plugin.GroupId;
import warren.plugin.RootEntry;
import warren.plugin.VirtualHostSettings;

/** The accounts that a jail knows: root's, nobody's, and its owner's own, {@code passwd(5)} and {@code group(5)}. */
final class JailedAccounts {
    private static final String WITHOUT_ACCOUNT = "owner";
    private static final String NSSWITCH = """
        passwd:    files
        group:     files
        shadow:    files
        hosts:     files dns
        networks:  files
        protocols: files
        services:  files
        """;

    private JailedAccounts() { }

    static List<RootEntry> of(VirtualHostSettings settings) {
        String name = settings.account().orElse(WITHOUT_ACCOUNT);
        String passwd = """
            root:x:0:0:root:/:/usr/sbin/nologin
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            %s:x:%s:%s::%s:/bin/sh
            """.formatted(name, settings.user(), settings.group(), settings.home());
        String group = "root:x:0:\nnogroup:x:65534:\n" + name + ":x:" + settings.group() + ":\n"
            + settings.supplementaryGroups().stream().map(more -> line(more, name)).collect(Collectors.joining());
        return List.of(new RootEntry.Text("/etc/passwd", passwd), new RootEntry.Text("/etc/group", group),
            new RootEntry.Text("/etc/nsswitch.conf", NSSWITCH));
    }

    private static String line(GroupId group, String member) {
        return "group" + group + ":x:" + group + ":" + member + "\n";
    }
}
