package warren.plugin.perl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchPlugin;
import warren.plugin.LaunchRefused;
import warren.plugin.LaunchStep;
import warren.plugin.RootEntry;
import warren.plugin.VirtualHostSettings;

/**
 * Runs a virtual host's Perl: {@code /usr/bin/perl} with the runtime. The environment is made from
 * nothing: PATH, HOME, LANG, what {@code PerlSetEnv} says, and the runtime's own settings, which it removes before it
 * loads any code of the owner's.
 */
public final class PerlPlugin implements LaunchPlugin {
    static final String PERL = "/usr/bin/perl";
    /** One string of an environment may have 128 KiB (MAX_ARG_STRLEN, execve(2)); the rest is for its name. */
    static final int MOST_SETTINGS_BYTES = 120_000;

    @Override
    public String name() {
        return "perl";
    }

    @Override
    public List<DirectiveRule> directives() {
        return PerlDirectives.all();
    }

    @Override
    public List<LaunchStep> steps(VirtualHostSettings settings) throws LaunchRefused {
        PerlDirectives.requireAllUnderstood(settings.directives());
        String runtime = settings.installation().resolve("runtime").toString();
        List<LaunchStep> steps = new ArrayList<>(List.of(new LaunchStep.Show(new RootEntry.Shown(runtime, false, true))));
        // not required: where it is missing, the runtime says so in the owner's log
        PerlDirectives.pluginDirectory(settings.directives())
            .ifPresent(directory -> steps.add(new LaunchStep.Show(new RootEntry.Shown(directory, false, false))));
        steps.add(new LaunchStep.Execute(PERL, arguments(settings), environment(settings)));
        return steps;
    }

    private static List<String> arguments(VirtualHostSettings settings) {
        String runtime = settings.installation().resolve("runtime").toString();
        List<String> arguments = new ArrayList<>(List.of(PERL));
        for (Directive directive : PerlDirectives.named("PerlSwitches", settings.directives())) {
            arguments.addAll(directive.arguments());
        }
        arguments.add("-I" + runtime);
        arguments.add("--");
        arguments.add(runtime + "/parent.pl");
        return arguments;
    }

    private static Map<String, String> environment(VirtualHostSettings settings) throws LaunchRefused {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("HOME", settings.home().toString());
        environment.put("LANG", "C.UTF-8");
        for (Directive directive : PerlDirectives.named("PerlSetEnv", settings.directives())) {
            environment.put(directive.arguments().get(0), directive.arguments().get(1));
        }
        environment.put(RuntimeSettings.VARIABLE, RuntimeSettings.of(settings).text(MOST_SETTINGS_BYTES));
        return environment;
    }
}
