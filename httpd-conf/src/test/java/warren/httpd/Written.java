package warren.httpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Configurations written for a test into its own directory, and what the test's reader of them is given. */
final class Written {
    static final PoolValues DEFAULTS = new PoolValues(0, 4, 0, 2, 2000, 256, 100,
        new PoolValues.Times(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(60),
            Duration.ofSeconds(60), Duration.ofMinutes(5), Duration.ofSeconds(60), Duration.ofMinutes(10),
            Duration.ofSeconds(30), Duration.ofSeconds(60)), 1L << 30, 0, 2L << 30, 0, 0, Duration.ofHours(12), 128L << 20);
    static final Path SHIPPED = Path.of("src/main/httpd/warren.conf").toAbsolutePath();
    static final String MODULES = "/usr/lib/apache2/modules";
    static final FileGuard TRUSTING = new FileGuard() {
        @Override
        public Optional<String> changeable(Path path) {
            return Optional.empty();
        }

        @Override
        public Optional<String> readable(Path file) {
            return Optional.empty();
        }
    };
    static final Accounts ACCOUNTS = new Accounts() {
        private final Map<String, Long> ids = Map.of("root", 0L, "toor", 0L, "warren", 900L, "www-data", 33L,
            "alice", 2001L, "bob", 2002L, "counter", 2003L, "daemon", 1L);

        @Override
        public OptionalLong uid(String user) {
            return ids.containsKey(user) ? OptionalLong.of(ids.get(user)) : OptionalLong.empty();
        }

        @Override
        public OptionalLong primaryGid(long uid) {
            return ids.containsValue(uid) ? OptionalLong.of(uid) : OptionalLong.empty();
        }

        @Override
        public OptionalLong gid(String group) {
            return uid(group);
        }

        @Override
        public Optional<String> name(long uid) {
            return ids.entrySet().stream().filter(entry -> entry.getValue() == uid).map(Map.Entry::getKey).findFirst();
        }

        @Override
        public Optional<String> home(long uid) {
            return uid == 2001 ? Optional.of("/home/alice") : Optional.empty();
        }
    };
    static final PluginRules RULES = new PluginRules(List.of(
        new PluginDirectiveRule("PerlModule", 1, 99, "names of modules", words -> Optional.empty()),
        new PluginDirectiveRule("PerlSetEnv", 2, 2, "a name and a value", words -> Optional.empty()),
        new PluginDirectiveRule("WarrenMemoryMax", 1, 1, "a size such as 256M", words ->
            words.get(0).matches("[0-9]+[KMG]?") ? Optional.empty() : Optional.of("size " + words.get(0)))),
        said -> said.stream().filter(directive -> directive.arguments().contains("My::Glutton")).findFirst()
            .filter(glutton -> said.stream().anyMatch(directive -> directive.name().equals("WarrenMemoryMax")))
            .map(glutton -> new PluginRules.Misfit(glutton, "a module that does with little memory")),
        said -> said.stream().anyMatch(directive -> directive.arguments().contains("My::Shared"))
            ? List.of(shared("WarrenMemoryMax", "none", said)) : List.of());

    private static PluginRules.Shared shared(String directive, String usual, List<PluginDirective> said) {
        Optional<PluginDirective> last = said.stream().filter(found -> found.name().equals(directive)).reduce((first, second) -> second);
        return new PluginRules.Shared(directive, last.map(found -> found.arguments().get(0)).orElse(usual), last);
    }

    private final Path directory;

    Written(Path directory) {
        this.directory = directory;
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    Path file(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    HttpdInvocation invocation(Path main, String... defines) {
        return new HttpdInvocation(main, directory, Set.of(defines), Map.of("FROM_ENV", "environment"),
            new HttpdVersion(2, 4, 71));
    }

    HttpdConfiguration httpd(String text, String... defines) throws IOException {
        return HttpdConfiguration.read(invocation(file("httpd.conf", text), defines));
    }

    static String load(String... modules) {
        StringBuilder text = new StringBuilder();
        for (String module : modules) {
            text.append("LoadModule ").append(module).append("_module ").append(MODULES).append("/mod_")
                .append(module).append(".so\n");
        }
        return text.toString();
    }

    /** A server that has what warren.conf needs, and includes it. */
    String preamble() {
        return load("macro", "proxy", "proxy_ajp", "env", "setenvif", "authz_core", "alias")
            + "Group www-data\nDefine WARREN_STATE " + directory + "/state\nInclude " + SHIPPED + "\n";
    }

    WarrenConfiguration warren(String text) throws IOException {
        return warren(text, TRUSTING);
    }

    WarrenConfiguration warren(String text, FileGuard guard) throws IOException {
        return new WarrenConfigurationReader(ACCOUNTS, DEFAULTS, RULES, guard)
            .read(invocation(file("httpd.conf", preamble() + text)));
    }

    /** A good virtual host of alice's with more lines in httpd's part and in ours. */
    static String alice(String httpd, String ours) {
        return host("alice.example", "alice", httpd, ours);
    }

    static String host(String name, String user, String httpd, String ours) {
        return """
            <VirtualHost *:80>
            ServerName %1$s
            DocumentRoot /srv/%2$s/htdocs
            Use WarrenVirtualHost %1$s
            Use WarrenLocation %1$s /app
            %3$s
            <IfModule mod_warren.c>
            WarrenUserGroup %2$s %2$s
            WarrenApplication /app /srv/%2$s/app.psgi
            %4$s
            </IfModule>
            </VirtualHost>
            """.formatted(name, user, httpd, ours);
    }
}
