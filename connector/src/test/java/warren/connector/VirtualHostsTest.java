package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.contract.PoolSettings;
import warren.contract.Token;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

class VirtualHostsTest {
    private static final String ALICE = "a".repeat(64);
    private static final String BOB = "b".repeat(64);
    private final VirtualHosts hosts = new VirtualHosts();

    @BeforeEach
    void listed() {
        hosts.replace(List.of(host("alice", Optional.of(ALICE)), host("bob", Optional.of(BOB)),
            host("counter", Optional.empty())));
    }

    private static VirtualHost host(String name, Optional<String> token) {
        return new VirtualHost(new VirtualHostName(name), token.map(Token::new), "/srv", List.of(), false,
            PoolSettings.DEFAULT, 0, Optional.empty());
    }

    @Test
    void areProvedByTheirOwnToken() {
        assertEquals("alice", hosts.proved("alice " + ALICE).orElseThrow().name().value());
    }

    @Test
    void areNotProvedByAnythingElse() {
        for (String claim : List.of("", " ", "alice", "alice ", "alice " + BOB, "alice  " + ALICE, "alice " + ALICE + " ",
            "alice " + ALICE.toUpperCase(), "carol " + ALICE, "counter " + ALICE, "counter ", "counter (token)",
            "../alice " + ALICE, " " + ALICE, ALICE, "alice\n" + ALICE, "alice " + ALICE + "\0")) {
            assertTrue(hosts.proved(claim).isEmpty(), claim);
        }
    }
}
