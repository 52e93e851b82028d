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
    private final Includes includes = new Includes();
    private final Modules modules = new Modules();
    private final Map<String, Macro> macros = new HashMap<>();
    private final Set<Path> files = new LinkedHashSet<>();
    private final Texts texts = new Texts();
    private final List<Directive> top = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private final Variables variables;
    private final Conditions conditions;
    private final KnownFiles known;
    private Path serverRoot;
    private int depth;
    /** Counts what has been said that lines further on depend on, or that is not a virtual host's. */
    private int said;

    /** A section that is not closed yet; those that httpd dissolves have no directive. */
    private record Open(String name, Optional<Directive> directive, Block block, Place place) { }

    ConfigurationReader(HttpdInvocation invocation, KnownFiles known) {
        this.invocation = invocation;
        this.known = known;
        this.serverRoot = invocation.serverRoot();
        this.variables = new Variables(invocation.defines(), environment());
        this.conditions = new Conditions(variables, modules, invocation.version());
    }

    private Map<String, String> environment() {
        Path envvars = invocation.configuration().resolveSibling("envvars");
        Map<String, String> all = new HashMap<>();
        if (Files.isRegularFile(envvars)) {
            files.add(envvars);
            said++; // where it is not there any more, what follows counts less
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
        if (open.isEmpty() && use.isEmpty() && known.passesOver(file, said)) {
            files.add(file);
            return;
        }
        int saidBefore = said;
        int hostsBefore = top.size();
        known.enters(file);
        read(file, includedAt, use);
        if (said == saidBefore && open.isEmpty() && use.isEmpty()) {
            known.heldHosts(said, Hosts.names(top.subList(hostsBefore, top.size())));
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
            said++;
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
            said++;
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
                said++;
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
            problem(line, line.text(), "</" + wanted + ">");
        }
        if (open.size() <= floor) {
            problem(line, name + " without an open section", "<" + wanted + " …> before it");
        } else if (!open.peek().name().equalsIgnoreCase(wanted)) {
            problem(line, name, "</" + open.peek().name() + "> for " + open.peek().place());
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
            problem(line, word + " " + rest, "> at the end");
        }
        String name = word.substring(1, word.endsWith(">") ? word.length() - 1 : word.length());
        int end = rest.lastIndexOf('>');
        String argument = end >= 0 ? rest.substring(0, end) : rest;
        switch (name.toLowerCase(Locale.ROOT)) {
            case "ifmodule" -> ifModule(name, argument, line, stream);
            case "ifdefine" -> conditional(name, conditions.defined(argument), line, stream);
            case "iffile" -> {
                said++; // the other file may come and go
                conditional(name, conditions.file(Words.first(argument), serverRoot), line, stream);
            }
            case "ifversion" -> ifVersion(name, argument, line, stream);
            case "ifdirective", "ifsection" -> {
                said++;
                problems.warning(Problems.SERVER, line.place(), "<" + name + " " + argument
                    + ">, read as if it held", "no condition that only httpd can know");
                conditional(name, true, line, stream);
            }
            case "macro" -> macro(argument, line, stream);
            case "perl" -> {
                said++;
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
            problem(line, "<" + name + " " + argument + ">", "an operator and a version or expression");
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
            said += problems.count() - before;
        }
    }

    // Macros

    private void macro(String argument, LineStream.Placed start, LineStream stream) {
        List<String> words = Words.split(argument);
        said += words.isEmpty() || !isOfSecrets(words.get(0)) ? 1 : 0;
        List<Lines.Line> body = new ArrayList<>();
        int nesting = 1;
        Optional<LineStream.Placed> line = stream.next();
        for (; line.isPresent(); line = stream.next()) {
            String text = line.get().text();
            if (text.isEmpty() || text.charAt(0) == '#') {
                continue;
            }
            String word = new Words(text).next().toLowerCase(Locale.ROOT);
            nesting += word.equals("<macro") ? 1 : word.equals("</macro>") ? -1 : 0;
            if (nesting == 0) {
                break;
            }
            body.add(new Lines.Line(text, line.get().place().line()));
        }
        if (line.isEmpty()) {
            problem(start, "<Macro> is not closed", "</Macro> in the same file");
        } else if (words.isEmpty()) {
            problem(start, "<Macro> without a name", "<Macro NAME $parameter …>");
        } else if (httpdReads(start, "<Macro>")) {
            requireMacroModule(start);
            define(words, start, body);
        }
    }

    private void define(List<String> words, LineStream.Placed start, List<Lines.Line> body) {
        int first = 1;
        while (first < words.size() && words.get(first).startsWith("/")) { // flags of httpd 2.5
            first++;
        }
        List<String> parameters = words.subList(first, words.size());
        if (parameters.stream().distinct().count() < parameters.size() || parameters.contains("")) {
            problem(start, "macro " + words.get(0) + " with an empty parameter or one twice", "different parameters");
            return;
        }
        String name = words.get(0).toLowerCase(Locale.ROOT);
        macros.put(name, new Macro(name, start.place().file(), parameters, body));
    }

    private void use(Words words, LineStream.Placed line, LineStream stream) {
        String name = words.next().toLowerCase(Locale.ROOT);
        Macro macro = macros.get(name);
        if (macro == null) {
            undefinedMacro(name, line);
            return;
        }
        List<String> arguments = Words.split(words.rest());
        if (stream.isInside(name)) {
            problem(line, "macro " + name + " uses itself", "no recursion");
        } else if (arguments.size() != macro.parameters().size()) {
            problem(line, "macro " + name + " with " + arguments.size() + " arguments",
                macro.parameters().size() + ": " + String.join(" ", macro.parameters()));
        } else {
            try {
                stream.insert(macro, macro.expand(arguments), line.use().orElse(line.place()));
            } catch (IllegalArgumentException e) {
                problem(line, e.getMessage(), "shorter arguments");
            }
        }
    }

    private void undefinedMacro(String name, LineStream.Placed line) {
        if (isOfSecrets(name)) {
            add(new Directive("Use", name, false, block(), line.place(), line.use())); // generated before httpd starts
        } else if (block() != Block.PERL_SKIPPED) {
            problem(line, "macro " + name + " is not defined", "a <Macro " + name + "> before it");
        }
    }

    /** Those of secrets.conf: the sections of one virtual host use them, and nothing in them is ours to judge. */
    private static boolean isOfSecrets(String macro) {
        String name = macro.toLowerCase(Locale.ROOT);
        return name.startsWith("warrentoken-") || name.startsWith("warrenworker-");
    }

    private void requireMacroModule(LineStream.Placed line) {
        if (!modules.has("macro_module")) {
            said++;
            modules.load("macro_module", "mod_macro.so"); // told once
            problem(line, "macros without mod_macro", "LoadModule macro_module before it (a2enmod macro)");
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
                said++;
                if (httpdReads(line, name)) {
                    modules.load(Words.first(argument), Words.last(argument));
                    node(name, argument, line);
                }
            }
            default -> node(name, argument, line);
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
        said++;
        if (!httpdReads(line, name)) {
            return;
        }
        if (arguments.isEmpty()) {
            problem(line, name + " without an argument", "its argument");
            return;
        }
        String first = arguments.get(0);
        switch (name.toLowerCase(Locale.ROOT)) {
            case "define" -> define(arguments);
            case "undefine" -> variables.undefine(first);
            case "undefmacro" -> undefineMacro(first, line);
            case "serverroot" -> path(first, line).ifPresent(path -> serverRoot = path);
            default -> problem(line, "Error \"" + first + "\"", "a configuration that does not come by here");
        }
    }

    private void define(List<String> arguments) {
        if (arguments.size() > 1) {
            variables.define(arguments.get(0), arguments.get(1));
        } else {
            variables.define(arguments.get(0));
        }
    }

    private void undefineMacro(String name, LineStream.Placed line) {
        if (macros.remove(name.toLowerCase(Locale.ROOT)) == null) {
            problem(line, "UndefMacro " + name, "a macro that is defined");
        }
    }

    private void include(String argument, boolean optional, LineStream.Placed line) {
        said++; // what it names may come and go
        if (depth >= DEEPEST_INCLUDE) {
            problem(line, "includes nested more than " + DEEPEST_INCLUDE + " deep", "no recursion");
            return;
        }
        depth++;
        try {
            Optional<Path> pattern = path(Words.first(argument), line);
            for (Path file : pattern.isEmpty() ? List.<Path>of() : includes.find(pattern.get(), optional)) {
                file(file, line.place(), line.use());
            }
        } catch (IOException e) {
            problem(line, reason(e), optional ? "a directory that can be read" : "a file to include");
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
        problem(line, "\"" + argument + "\"", "a path");
        return Optional.empty();
    }

    /** Whether httpd acts on such a line here. In our block it would not, and we and it would read different things. */
    private boolean httpdReads(LineStream.Placed line, String what) {
        if (block() == Block.WARREN) {
            problem(line, what + " in <IfModule mod_warren.c>, which httpd skips", "it outside");
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
        said += directive.is("VirtualHost") && directive.isSection() && directive.isSeenByHttpd() ? 0 : 1;
        top.add(directive);
    }

    private void problem(LineStream.Placed line, String found, String expected) {
        said++;
        problems.error(Problems.SERVER, line.place(), found, expected);
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage());
    }
}
