package warren.launcher.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import warren.plugin.SystemCallRule;

/** With the machine's libseccomp; what a filter does is shown from inside by the whole-system tests. */
class SystemCallFiltersTest {
    private static SystemCallRule rule(String name, Optional<SystemCallRule.Condition> condition, Optional<String> error) {
        return new SystemCallRule(List.of(name), condition, error, "a test");
    }

    @Test
    void makesInstructionsAndKeepsThem() throws Exception {
        SystemCallFilters filters = new SystemCallFilters();
        List<SystemCallRule> rules = List.of(rule("read", Optional.empty(), Optional.empty()), rule("mount", Optional.empty(), Optional.of("EPERM")),
            rule("clone", Optional.of(new SystemCallRule.Condition(0, 0x7e020000L, 0)), Optional.empty()));
        byte[] made = filters.of(rules);
        assertTrue(made.length > 0 && made.length % 8 == 0, made.length + " bytes");
        assertSame(made, filters.of(List.copyOf(rules)));
        assertArrayEquals(made, new SystemCallFilters().of(rules));
    }

    @Test
    void passesOverCallsThatTheLibraryDoesNotKnow() throws Exception {
        byte[] with = new SystemCallFilters().of(List.of(rule("read", Optional.empty(), Optional.empty()), rule("no_such_call", Optional.empty(), Optional.empty())));
        byte[] without = new SystemCallFilters().of(List.of(rule("read", Optional.empty(), Optional.empty())));
        assertEquals(without.length, with.length);
    }
}
