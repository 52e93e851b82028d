package warren.launcher.command;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Rules for {@code nft(8)}, in a table of their own that is replaced as a whole. */
final class LoopbackRules {
    static final String TABLE = "inet warren";

    private LoopbackRules() { }

    /** @param users the ports that each UID may connect to */
    static String of(Map<Long, Set<Integer>> users) {
        StringBuilder rules = new StringBuilder("table " + TABLE + "\ndelete table " + TABLE + "\ntable " + TABLE + " {\n"
            + "    chain output {\n        type filter hook output priority filter; policy accept;\n");
        if (!users.isEmpty()) {
            String all = users.keySet().stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
            rules.append("        oifname != \"lo\" accept\n");
            rules.append("        meta skuid { ").append(all).append(" } meta l4proto { tcp, udp } th dport 53 accept\n");
            users.forEach((user, ports) -> rules.append(ports.isEmpty() ? "" : "        meta skuid " + user + " tcp dport { "
                + new TreeSet<>(ports).toString().replaceAll("[\\[\\]]", "") + " } accept\n"));

            rules.append("        meta skuid { ").append(all).append(" } ct state new reject\n");
        }
        return rules.append("    }\n}\n").toString();
    }

    /** Whether such rules are in force; also not where nft is not there. */
    static boolean areInForce() {
        try {
            Process nft = new ProcessBuilder("nft", "list", "table", "inet", "warren").redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return nft.waitFor() == 0;
        } catch (IOException withoutIt) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
