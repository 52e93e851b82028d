package warren.httpd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one configuration, line by line and in one pass, as httpd's ap_build_config does (server/config.c): Include,
 * Define, LoadModule, the conditional sections and mod_macro act when they are met. What httpd would stop at is a
 * problem of the server, and reading goes on where that makes sense.
 */
final class ConfigurationReader {
    /** httpd's AP_MAX_INCLUDE_DEPTH. */
    private static final int DEEPEST_INCLUDE = 128;
    private final HttpdInvocation invocation;
    private final Problems problems = new Problems();
    private final Skipping skipping = new Skipping(problems);
    private final Lines lines = new Lines();
    private final Includes includes;
    private final Modules modules = new Modules();
    private final Effects effects = new Effects(problems);
    private final Macros macros = new Macros(modules, effects);
    private final Set<Path> files = new LinkedHashSet<>();
    private final Texts texts = new Texts();
    private final List<Directive> top = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private final Variables variables;
    private final Conditions conditions;
    private final KnownFiles known;
    private Path serverRoot;
    private int depth;

    /** A section that is not closed yet; those that httpd dissolves have no directive. */
    private record Open(String name, Optional<Directive> directive, Block block, Place place) { }

    ConfigurationReader(HttpdInvocation invocation, KnownFiles known) {
        this.invocation = invocation;
        this.known = known;
        this.includes = new Includes(known.inodes());
        this.serverRoot = invocation.serverRoot();
        this.variables = new Variables(invocation.defines(), environment());
        this.conditions = new Conditions(variables, modules, invocation.version());
    }

    private Map<String, String> environment() {
        Path envvars = invocation.configuration().resolveSibling("envvars");
        Map<String, String> all = new HashMap<>();
        if (Files.isRegularFile(envvars)) {
            files.add(envvars);
            effects.add(1); // where it is not there any more, what follows counts less
            known.enters(envvars);
            known.heldMore();
            try {
                all.putAll(Envvars.read(envvars, lines, invocation.environment()));
            } catch (IOException e) {
                problems.error(Problems.SERVER, new Place(envvars.toString(), 1), reason(e), "Debian's envvars");
            }
        }
        all.putAll(invocation.environment());
        return all;
    }

    HttpdConfiguration read() {
        file(invocation.configuration(), new Place(invocation.configuration().toString(), 1), Optional.empty());
        return new HttpdConfiguration(top, files, includes.directories(), modules.names(), serverRoot,
            problems.all());
    }

    private void file(Path file, Place includedAt, Optional<Place> use) {
        if (open.isEmpty() && use.isEmpty() && known.passesOver(file, effects.count())) {
            files.add(file);
            return;
        }
        int before = effects.count();
        int hostsBefore = top.size();
        known.enters(file);
        read(file, includedAt, use);
        if (effects.count() == before && open.isEmpty() && use.isEmpty()) {
            known.heldHosts(effects.count(), Hosts.names(top.subList(hostsBefore, top.size())));
        } else {
            known.heldMore();
        }
    }

    private void read(Path file, Place includedAt, Optional<Place> use) {
        List<Lines.Line> contents;
        try {
            contents = lines.of(file);
        } catch (IOException e) {
            problems.error(Problems.SERVER, includedAt, file + ": " + reason(e), "a readable configuration file");
            effects.add(1);
            return;
        }
        files.add(file);
        int floor = open.size();
        LineStream stream = new LineStream(file.toString(), contents, use);
        for (Optional<LineStream.Placed> line = stream.next(); line.isPresent(); line = stream.next()) {
            line(line.get(), stream, floor);
        }
        while (open.size() > floor) {
            Open left = open.pop();
            effects.add(1);
            problems.error(Problems.SERVER, left.place(), "<" + left.name() + "> is not closed",
                "</" + left.name() + "> in the same file");
        }
    }

    private void line(LineStream.Placed line, LineStream stream, int floor) {
        if (line.text().isEmpty() || line.text().charAt(0) == '#') {
            return;
        }
        Words words = new Words(expand(line));
        String name = words.next();
        if (name.startsWith("</")) {
            close(name, !words.rest().isEmpty(), line, floor);
        } else if (name.startsWith("<")) {
            section(name, words.rest(), line, stream);
        } else if (!name.isEmpty()) {
            directive(name, words, line, stream);
        }
    }

    private String expand(LineStream.Placed line) {
        return variables.expand(line.text(), name -> {
            if (block() != Block.PERL_SKIPPED) {
                effects.add(1);
                problems.warning(Problems.SERVER, line.place(), "the variable ${" + name + "} is not defined",
                    "a Define or a variable of httpd's environment");
            }
        });
    }

    // Sections

    private void close(String name, boolean more, LineStream.Placed line, int floor) {
        String wanted = name.endsWith(">") ? name.substring(2, name.length() - 1) : name.substring(2);
        boolean dissolved = open.size() > floor && open.peek().directive().isEmpty();
        if (!name.endsWith(">") || (more && dissolved)) { // httpd wants </IfDefine> alone on its line
            effects.problem(line, line.text(), "</" + wanted + ">");
        }
        if (open.size() <= floor) {
            effects.problem(line, name + " without an open section", "<" + wanted + " …> before it");
        } else if (!open.peek().name().equalsIgnoreCase(wanted)) {
            effects.problem(line, name, "</" + open.peek().name() + "> for " + open.peek().place());
            if (open.stream().limit((long) open.size() - floor).anyMatch(o -> o.name().equalsIgnoreCase(wanted))) {
                while (!open.pop().name().equalsIgnoreCase(wanted)) { // so that one slip is one problem
                    continue;
                }
            }
        } else {
            open.pop();
        }
    }

    private void section(String word, String rest, LineStream.Placed line, LineStream stream) {
        boolean closed = word.endsWith(">") || rest.lastIndexOf('>') >= 0;
        if (!closed) {
            effects.problem(line, word + " " + rest, "> at the end");
        }
        String name = word.substring(1, word.endsWith(">") ? word.length() - 1 : word.length());
        int end = rest.lastIndexOf('>');
        String argument = end >= 0 ? rest.substring(0, end) : rest;
        switch (name.toLowerCase(Locale.ROOT)) {
            case "ifmodule" -> ifModule(name, argument, line, stream);
            case "ifdefine" -> conditional(name, conditions.defined(argument), line, stream);
            case "iffile" -> {
                effects.add(1); // the other file may come and go
                conditional(name, conditions.file(Words.first(argument), serverRoot), line, stream);
            }
            case "ifversion" -> ifVersion(name, argument, line, stream);
            case "ifdirective", "ifsection" -> {
                effects.add(1);
                problems.warning(Problems.SERVER, line.place(), "<" + name + " " + argument
                    + ">, read as if it held", "no condition that only httpd can know");
                conditional(name, true, line, stream);
            }
            case "macro" -> macros.read(argument, line, stream, () -> httpdReads(line, "<Macro>"));
            case "perl" -> {
                effects.add(1);
                skipping.perlCode(line, stream);
            }
            default -> push(name, argument, line);
        }
    }

    private void push(String name, String argument, LineStream.Placed line) {
        Directive section = directive(name, argument, true, line);
        add(section);
        open.push(new Open(name, Optional.of(section), block(), line.place()));
    }

    private void ifVersion(String name, String argument, LineStream.Placed line, LineStream stream) {
        boolean holds = false;
        try {
            holds = conditions.version(Words.split(argument));
        } catch (IllegalArgumentException e) {
            effects.problem(line, "<" + name + " " + argument + ">", "an operator and a version or expression");
        }
        conditional(name, holds, line, stream);
    }

    private void ifModule(String name, String argument, LineStream.Placed line, LineStream stream) {
        String module = Words.first(argument);
        boolean warren = module.equals("mod_warren.c") || module.equals("warren_module");
        boolean perl = module.equals("mod_perl.c") || module.equals("perl_module");
        boolean inherited = block() == Block.WARREN;
        if (warren) {
            open.push(new Open(name, Optional.empty(), Block.WARREN, line.place()));
        } else if (perl && !inherited) {
            boolean read = modules.has("perl_module") && block().seenByHttpd();
            open.push(new Open(name, Optional.empty(), read ? Block.PERL_READ : Block.PERL_SKIPPED, line.place()));
        } else {
            conditional(name, (perl && inherited) || conditions.module(module), line, stream);
        }
    }

    private void conditional(String name, boolean holds, LineStream.Placed line, LineStream stream) {
        if (holds) {
            open.push(new Open(name, Optional.empty(), block(), line.place()));
        } else {
            int before = problems.count();
            skipping.section(name, line, stream);
            effects.add(problems.count() - before);
        }
    }

    // Directives

    private void directive(String name, Words words, LineStream.Placed line, LineStream stream) {
        String argument = words.rest();
        switch (name.toLowerCase(Locale.ROOT)) {
            case "include" -> include(argument, false, line);
            case "includeoptional" -> include(argument, true, line);
            case "use" -> use(words, line, stream);
            case "define", "undefine", "undefmacro", "serverroot", "error" -> now(name, Words.split(argument), line);
            case "loadmodule" -> {
                effects.add(1);
                if (httpdReads(line, name)) {
                    modules.load(Words.first(argument), Words.last(argument));
                    node(name, argument, line);
                }
            }
            default -> node(name, argument, line);
        }
    }

    private void use(Words words, LineStream.Placed line, LineStream stream) {
        String name = words.next().toLowerCase(Locale.ROOT);
        if (macros.has(name)) {
            macros.use(name, Words.split(words.rest()), line, stream);
        } else if (Macros.isOfSecrets(name)) {
            add(new Directive("Use", name, false, block(), line.place(), line.use())); // generated before httpd starts
        } else if (block() != Block.PERL_SKIPPED) {
            effects.problem(line, "macro " + name + " is not defined", "a <Macro " + name + "> before it");
        }
    }

    private void node(String name, String argument, LineStream.Placed line) {
        Directive directive = directive(name, argument, false, line);
        if (block() != Block.PERL_SKIPPED || directive.isOurs()) {
            add(directive);
        }
    }

    private Directive directive(String name, String argument, boolean section, LineStream.Placed line) {
        return new Directive(texts.one(name), texts.one(argument), section, block(), line.place(), line.use());
    }

    private void now(String name, List<String> arguments, LineStream.Placed line) {
        effects.add(1);
        if (!httpdReads(line, name)) {
            return;
        }
        if (arguments.isEmpty()) {
            effects.problem(line, name + " without an argument", "its argument");
            return;
        }
        String first = arguments.get(0);
        switch (name.toLowerCase(Locale.ROOT)) {
            case "define" -> define(arguments);
            case "undefine" -> variables.undefine(first);
            case "undefmacro" -> macros.undefine(first, line);
            case "serverroot" -> path(first, line).ifPresent(path -> serverRoot = path);
            default -> effects.problem(line, "Error \"" + first + "\"", "a configuration that does not come by here");
        }
    }

    private void define(List<String> arguments) {
        if (arguments.size() > 1) {
            variables.define(arguments.get(0), arguments.get(1));
        } else {
            variables.define(arguments.get(0));
        }
    }

    private void include(String argument, boolean optional, LineStream.Placed line) {
        effects.add(1); // what it names may come and go
        if (depth >= DEEPEST_INCLUDE) {
            effects.problem(line, "includes nested more than " + DEEPEST_INCLUDE + " deep", "no recursion");
            return;
        }
        depth++;
        try {
            Optional<Path> pattern = path(Words.first(argument), line);
            for (Path file : pattern.isEmpty() ? List.<Path>of() : includes.find(pattern.get(), optional)) {
                file(file, line.place(), line.use());
            }
        } catch (IOException e) {
            effects.problem(line, reason(e), optional ? "a directory that can be read" : "a file to include");
        } finally {
            depth--;
        }
    }

    private Optional<Path> path(String argument, LineStream.Placed line) {
        try {
            if (!argument.isEmpty()) {
                return Optional.of(serverRoot.resolve(argument).normalize());
            }
        } catch (InvalidPathException e) {
            // told below
        }
        effects.problem(line, "\"" + argument + "\"", "a path");
        return Optional.empty();
    }

    /** Whether httpd acts on such a line here. In our block it would not, and we and it would read different things. */
    private boolean httpdReads(LineStream.Placed line, String what) {
        if (block() == Block.WARREN) {
            effects.problem(line, what + " in <IfModule mod_warren.c>, which httpd skips", "it outside");
        }
        return block().seenByHttpd();
    }

    private Block block() {
        return open.isEmpty() ? Block.HTTPD : open.peek().block();
    }

    private void add(Directive directive) {
        for (Open section : open) {
            if (section.directive().isPresent()) {
                section.directive().get().add(directive);
                return;
            }
        }
        if (!directive.is("VirtualHost") || !directive.isSection() || !directive.isSeenByHttpd()) {
            effects.add(1);
        }
        top.add(directive);
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage());
    }
}
