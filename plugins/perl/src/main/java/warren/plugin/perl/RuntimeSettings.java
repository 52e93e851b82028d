package warren.plugin.perl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import warren.contract.Route;
import warren.plugin.Directive;
import warren.plugin.LaunchRefused;
import warren.plugin.VirtualHostSettings;

/** What the launch tells the runtime: lines of words in one variable. They are explained in Warren::Settings. */
record RuntimeSettings(String name, int generation, String documentRoot, boolean handlesFiles,
                       List<Application> applications, List<AppDirectory> appDirectories,
                       Optional<String> pluginDirectory, List<Load> load, Map<String, List<String>> variables,
                       Owner owner) {
    static final String VARIABLE = "WARREN_SETTINGS";

    record Application(String path, String file) { }

    record AppDirectory(String path, String directory) { }

    record Load(String kind, String name) { }

    record Owner(long uid, long gid) { }

    RuntimeSettings {
        Objects.requireNonNull(name);
        Objects.requireNonNull(documentRoot);
        applications = List.copyOf(applications);
        appDirectories = List.copyOf(appDirectories);
        load = List.copyOf(load);
        Objects.requireNonNull(owner);
    }

    static RuntimeSettings of(VirtualHostSettings settings) {
        return new RuntimeSettings(settings.generation().virtualHost().value(), settings.generation().number(),
            settings.documentRoot().toString(), settings.handlesFiles(), applications(settings.routes()),
            appDirectories(settings.routes()), PerlDirectives.pluginDirectory(settings.directives()),
            load(settings.directives()), variables(settings.directives()),
            new Owner(settings.user().value(), settings.group().value()));
    }

    /** @throws LaunchRefused where it has more bytes than one variable may have */
    String text(int mostBytes) throws LaunchRefused {
        String text = lines().stream().map(RuntimeSettings::line).collect(Collectors.joining("\n"));
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > mostBytes) {
            throw new LaunchRefused("the virtual host's Perl directives make " + bytes + " bytes, expected at most "
                + mostBytes);
        }
        return text;
    }

    private List<List<String>> lines() {
        List<List<String>> lines = new ArrayList<>(List.of(
            List.of("name", name),
            List.of("generation", Integer.toString(generation)),
            List.of("documentRoot", documentRoot),
            List.of("owner", Long.toString(owner.uid()), Long.toString(owner.gid()))));
        if (handlesFiles) {
            lines.add(List.of("handlesFiles", "1"));
        }
        applications.forEach(application -> lines.add(List.of("application", application.path(), application.file())));
        appDirectories.forEach(each -> lines.add(List.of("appDirectory", each.path(), each.directory())));
        pluginDirectory.ifPresent(directory -> lines.add(List.of("pluginDirectory", directory)));
        load.forEach(each -> lines.add(List.of("load", each.kind(), each.name())));
        variables.forEach((variable, values) ->
            lines.add(Stream.concat(Stream.of("variable", variable), values.stream()).toList()));
        return lines;
    }

    private static String line(List<String> words) {
        return words.stream().map(word -> word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"))
            .collect(Collectors.joining("\t"));
    }

    private static List<Application> applications(List<Route> routes) {
        List<Application> applications = new ArrayList<>();
        for (Route route : routes) {
            if (route instanceof Route.Application application) {
                applications.add(new Application(application.path(), application.file()));
            }
        }
        return applications;
    }

    private static List<AppDirectory> appDirectories(List<Route> routes) {
        List<AppDirectory> directories = new ArrayList<>();
        for (Route route : routes) {
            if (route instanceof Route.Applications(String path, String directory)) {
                directories.add(new AppDirectory(path, directory));
            }
        }
        return directories;
    }

    private static List<Load> load(List<Directive> directives) {
        List<Load> load = new ArrayList<>();
        for (Directive directive : directives) {
            String kind = switch (directive.name().toLowerCase(Locale.ROOT)) {
                case "perlmodule" -> "module";
                case "perlrequire", "perlconfigrequire", "perlpostconfigrequire" -> "file";
                default -> "";
            };
            if (!kind.isEmpty()) {
                directive.arguments().forEach(name -> load.add(new Load(kind, name)));
            }
        }
        return load;
    }

    private static Map<String, List<String>> variables(List<Directive> directives) {
        Map<String, List<String>> variables = new LinkedHashMap<>();
        for (Directive directive : directives) {
            boolean sets = directive.name().equalsIgnoreCase("PerlSetVar");
            if (!sets && !directive.name().equalsIgnoreCase("PerlAddVar")) {
                continue;
            }
            List<String> words = directive.arguments();
            List<String> values = sets ? new ArrayList<>() : variables.getOrDefault(words.get(0), new ArrayList<>());
            values.addAll(words.subList(1, words.size()));
            variables.put(words.get(0), values);
        }
        return variables;
    }
}
