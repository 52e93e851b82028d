package warren.launcher.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import warren.launcher.LimitRow;
import warren.launcher.cgroup.GroupUse;
import warren.launcher.control.ControlMessages;

class LimitsCommandTest {
    private static final List<LimitRow> LIMITS = List.of(new LimitRow("PerlInterpMax", "4", "default"),
        new LimitRow("WarrenMemoryMax", "64M", "/etc/apache2/plans.conf:7"), new LimitRow("WarrenNice", "0", "default"));

    private static String print(Optional<GroupUse> group, Optional<JsonNode> pool) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LimitsCommand.print(LIMITS, group, pool, new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void showsEachLimitWhereItWasSaidAndWhatIsTaken() throws Exception {
        OptionalLong unknown = OptionalLong.empty();
        GroupUse use = new GroupUse(OptionalLong.of(20 << 20), OptionalLong.of(64 << 20), unknown, OptionalLong.of(3), unknown,
            unknown, unknown, unknown, unknown, unknown);
        assertEquals("""
            LIMIT                      VALUE      FROM                                         TAKEN
            PerlInterpMax              4          default                                      1 busy, 2 idle
            WarrenMemoryMax            64M        /etc/apache2/plans.conf:7                    20M now, 64M at most, killed for it: 3
            WarrenNice                 0          default
            """, print(Optional.of(use), Optional.of(ControlMessages.JSON.readTree("{\"busy\":1,\"idle\":2}"))));
    }

    @Test
    void showsLimitsAloneWhereNothingRuns() {
        assertEquals("""
            LIMIT                      VALUE      FROM                                         TAKEN
            PerlInterpMax              4          default
            WarrenMemoryMax            64M        /etc/apache2/plans.conf:7
            WarrenNice                 0          default
            """, print(Optional.empty(), Optional.empty()));
    }
}
