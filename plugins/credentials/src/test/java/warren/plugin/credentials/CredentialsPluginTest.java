package warren.plugin.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import warren.contract.GenerationId;
import warren.contract.VirtualHostName;
import warren.plugin.Directive;
import warren.plugin.GroupId;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;
import warren.plugin.UserId;
import warren.plugin.VirtualHostSettings;

class CredentialsPluginTest {
    private final CredentialsPlugin plugin = new CredentialsPlugin();

    private List<LaunchStep> steps(String... names) {
        return plugin.steps(new VirtualHostSettings(new GenerationId(new VirtualHostName("alice"), 1), new UserId(60101), new GroupId(60101),
            List.of(), Path.of("/srv/alice"), List.of(), Path.of("/home/alice"), Optional.empty(), List.of(), false,
            names.length == 0 ? List.of() : List.of(new Directive("warrencredential", List.of(names), "alice.conf", 1)), Path.of("/plugin")));
    }

    @Test
    void isFoundAsAPluginAndTakesPartAlways() {
        assertTrue(ServiceLoader.load(LaunchPlugin.class).stream().anyMatch(found -> found.type() == CredentialsPlugin.class));
        assertTrue(plugin.takesPartAlways());
    }

    @Test
    void namesWhatIsGivenOnceAndThePlaceForIt() {
        assertEquals(List.of(), steps());
        assertEquals(List.of(new LaunchStep.GiveCredential("database"), new LaunchStep.GiveCredential("mail"),
            new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT)),
            new LaunchStep.Show(new RootEntry.Directory("/run/credentials"))), steps("database", "mail", "database"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", ".hidden", "a b", "\u00e4"})
    void refusesWhatIsNoFilesName(String name) {
        assertEquals(Optional.of("\"" + name + "\""), plugin.directives().get(0).check().apply(List.of("good", name)));
    }
}
