package warren.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** What listens on the machine's loopback, by {@code /proc/net/tcp} and its relatives, {@code proc_pid_net(5)}. */
public final class LoopbackServices {
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int HEX = 16;
    private static final String LISTENING = "0A";
    /** Of UDP: bound, and connected to nobody. */
    private static final String UNCONNECTED = "07";
    /** 127.0.0.0/8, also as an address of IPv6, and 0.0.0.0 in the kernel's order of bytes; ::1 and ::. */
    private static final String REACHED = "(0{16}FFFF0000)?[0-9A-F]{6}7F|0{8}|0{24}01000000|0{32}";

    private LoopbackServices() { }

    /** Such as {@code TCP 22, TCP 3306, UDP 53}; empty where nothing does. */
    public static String shown() {
        Set<String> all = new TreeSet<>();
        add(all, "TCP", LISTENING, "tcp", "tcp6");
        add(all, "UDP", UNCONNECTED, "udp", "udp6");
        return String.join(", ", all);
    }

    private static void add(Set<String> all, String protocol, String state, String... tables) {
        for (String table : tables) {
            try {
                Files.readAllLines(Path.of("/proc/net/" + table), StandardCharsets.US_ASCII).stream().skip(1)
                    .map(line -> line.strip().split("\\s+")).filter(fields -> fields[STATE].equals(state))
                    .map(fields -> fields[LOCAL].split(":")).filter(address -> address[0].matches(REACHED))
                    .forEach(address -> all.add(protocol + " " + Integer.parseInt(address[1], HEX)));
            } catch (IOException withoutIt) {
                // A kernel without IPv6.
            }
        }
    }
}
