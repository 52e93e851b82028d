package warren.httpd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The macros of one configuration (mod_macro), by their names, for which case does not matter. */
final class Macros {
    private final Modules modules;
    private final Effects effects;
    private final Map<String, Macro> macros = new HashMap<>();

    Macros(Modules modules, Effects effects) {
        this.modules = modules;
        this.effects = effects;
    }

    /** Those of secrets.conf: the sections of one virtual host use them, and nothing in them is ours to judge. */
    static boolean isOfSecrets(String macro) {
        String name = macro.toLowerCase(Locale.ROOT);
        return name.startsWith("warrentoken-") || name.startsWith("warrenworker-");
    }

    /**
     * A {@code <Macro>} section up to its end.
     *
     * @param httpdReads whether httpd acts on it where it stands
     */
    void read(String argument, LineStream.Placed start, LineStream stream, BooleanSupplier httpdReads) {
        List<String> words = Words.split(argument);
        if (words.isEmpty() || !isOfSecrets(words.get(0))) {
            effects.add(1);
        }
        Optional<List<Lines.Line>> body = body(stream);
        if (body.isEmpty()) {
            effects.problem(start, "<Macro> is not closed", "</Macro> in the same file");
        } else if (words.isEmpty()) {
            effects.problem(start, "<Macro> without a name", "<Macro NAME $parameter …>");
        } else if (httpdReads.getAsBoolean()) {
            requireModule(start);
            define(words, start, body.get());
        }
    }

    /** The lines before its end; nothing where it has none. */
    private static Optional<List<Lines.Line>> body(LineStream stream) {
        List<Lines.Line> body = new ArrayList<>();
        int nesting = 1;
        for (Optional<LineStream.Placed> line = stream.next(); line.isPresent(); line = stream.next()) {
            String text = line.get().text();
            if (text.isEmpty() || text.charAt(0) == '#') {
                continue;
            }
            String word = new Words(text).next().toLowerCase(Locale.ROOT);
            nesting += word.equals("<macro") ? 1 : word.equals("</macro>") ? -1 : 0;
            if (nesting == 0) {
                return Optional.of(body);
            }
            body.add(new Lines.Line(text, line.get().place().line()));
        }
        return Optional.empty();
    }

    private void requireModule(LineStream.Placed line) {
        if (!modules.has("macro_module")) {
            modules.load("macro_module", "mod_macro.so"); // told once
            effects.problem(line, "macros without mod_macro", "LoadModule macro_module before it (a2enmod macro)");
        }
    }

    private void define(List<String> words, LineStream.Placed start, List<Lines.Line> body) {
        int first = 1;
        while (first < words.size() && words.get(first).startsWith("/")) { // flags of httpd 2.5
            first++;
        }
        List<String> parameters = words.subList(first, words.size());
        if (parameters.stream().distinct().count() < parameters.size() || parameters.contains("")) {
            effects.problem(start, "macro " + words.get(0) + " with an empty parameter or one twice",
                "different parameters");
            return;
        }
        String name = words.get(0).toLowerCase(Locale.ROOT);
        macros.put(name, new Macro(name, start.place().file(), parameters, body));
    }

    boolean has(String name) {
        return macros.containsKey(name.toLowerCase(Locale.ROOT));
    }

    /** Its lines come next in the stream. */
    void use(String name, List<String> arguments, LineStream.Placed line, LineStream stream) {
        Macro macro = macros.get(name.toLowerCase(Locale.ROOT));
        if (stream.isInside(macro.name())) {
            effects.problem(line, "macro " + name + " uses itself", "no recursion");
        } else if (arguments.size() != macro.parameters().size()) {
            effects.problem(line, "macro " + name + " with " + arguments.size() + " arguments",
                macro.parameters().size() + ": " + String.join(" ", macro.parameters()));
        } else {
            try {
                stream.insert(macro, macro.expand(arguments), line.use().orElse(line.place()));
            } catch (IllegalArgumentException e) {
                effects.problem(line, e.getMessage(), "shorter arguments");
            }
        }
    }

    void undefine(String name, LineStream.Placed line) {
        if (macros.remove(name.toLowerCase(Locale.ROOT)) == null) {
            effects.problem(line, "UndefMacro " + name, "a macro that is defined");
        }
    }
}
