package warren.plugin.credentials;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;
import warren.plugin.VirtualHostSettings;

/** Gives a virtual host what {@code WarrenCredential} names, as files in a directory that {@code CREDENTIALS_DIRECTORY} names. */
public final class CredentialsPlugin implements LaunchPlugin {
    private static final String CREDENTIAL = "WarrenCredential";
    private static final int MOST = 100;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    @Override
    public String name() {
        return "credentials";
    }

    @Override
    public boolean takesPartAlways() {
        return true;
    }

    @Override
    public List<DirectiveRule> directives() {
        return List.of(new DirectiveRule(CREDENTIAL, 1, MOST,
            "names of credentials, of up to 64 letters, digits, dots, hyphens and underscores",
            words -> words.stream().filter(word -> !NAME.matcher(word).matches()).findFirst().map(word -> "\"" + word + "\"")));
    }

    @Override
    public boolean givesCredentials(List<Directive> directives) {
        return !names(directives).isEmpty();
    }

    private static Set<String> names(List<Directive> directives) {
        Set<String> names = new LinkedHashSet<>();
        directives.stream().filter(found -> found.is(CREDENTIAL)).forEach(found -> names.addAll(found.arguments()));
        return names;
    }

    @Override
    public List<LaunchStep> steps(VirtualHostSettings settings) {
        List<LaunchStep> steps = new ArrayList<>();
        for (String name : names(settings.directives())) {
            steps.add(new LaunchStep.GiveCredential(name));
        }
        if (!steps.isEmpty()) {
            steps.add(new LaunchStep.Unshare(Set.of(LaunchStep.Namespace.MOUNT)));
            steps.add(new LaunchStep.Show(new RootEntry.Directory(LaunchStep.GiveCredential.DIRECTORY)));
        }
        return steps;
    }
}
