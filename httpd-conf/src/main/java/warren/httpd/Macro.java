package warren.httpd;

import java.util.ArrayList;
import java.util.List;

/**
 * A macro of mod_macro. Arguments are replaced in one pass, at each place the longest that matches; those named
 * {@code @…} come in quotes (modules/core/mod_macro.c). Where each line has them is found once, at the first use.
 */
final class Macro {
    /** httpd's MAX_STRING_LEN, the buffer that mod_macro replaces in. */
    static final int LONGEST_LINE = 8191;
    private final String name;
    private final String file;
    private final List<String> parameters;
    private final List<Lines.Line> lines;
    private List<Template> templates = List.of();

    /**
     * @param name in lower case
     * @param file where it is defined
     * @param parameters as written, with {@code $}, {@code %} or {@code @}
     * @param lines its contents
     */
    Macro(String name, String file, List<String> parameters, List<Lines.Line> lines) {
        this.name = name;
        this.file = file;
        this.parameters = List.copyOf(parameters);
        this.lines = List.copyOf(lines);
    }

    String name() {
        return name;
    }

    String file() {
        return file;
    }

    List<String> parameters() {
        return parameters;
    }

    /** @throws IllegalArgumentException where a line becomes longer than mod_macro can hold */
    List<Lines.Line> expand(List<String> arguments) {
        if (templates.size() < lines.size()) {
            templates = lines.stream().map(this::template).toList();
        }
        List<Lines.Line> expanded = new ArrayList<>(lines.size());
        for (Template template : templates) {
            Lines.Line line = template.fill(arguments, parameters);
            if (line.text().length() > LONGEST_LINE) {
                throw new IllegalArgumentException("line " + line.number() + " of macro " + name
                    + " becomes longer than " + LONGEST_LINE + " characters");
            }
            expanded.add(line);
        }
        return expanded;
    }

    private Template template(Lines.Line line) {
        List<String> between = new ArrayList<>();
        List<Integer> which = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < line.text().length();) {
            int parameter = parameterAt(line.text(), i);
            if (parameter < 0) {
                i++;
            } else {
                between.add(line.text().substring(from, i));
                which.add(parameter);
                i += parameters.get(parameter).length();
                from = i;
            }
        }
        between.add(line.text().substring(from));
        return new Template(line, between, which);
    }

    private int parameterAt(String text, int at) {
        int longest = -1;
        for (int i = 0; i < parameters.size(); i++) {
            if (text.startsWith(parameters.get(i), at)
                    && (longest < 0 || parameters.get(i).length() > parameters.get(longest).length())) {
                longest = i;
            }
        }
        return longest;
    }

    /** A line with its parameters found: text, the first of {@code which}, text, and so on, text at last. */
    private record Template(Lines.Line line, List<String> between, List<Integer> which) {
        Lines.Line fill(List<String> arguments, List<String> parameters) {
            if (which.isEmpty()) {
                return line;
            }
            StringBuilder filled = new StringBuilder(between.get(0));
            for (int i = 0; i < which.size(); i++) {
                String argument = arguments.get(which.get(i));
                filled.append(parameters.get(which.get(i)).startsWith("@") ? quoted(argument) : argument)
                    .append(between.get(i + 1));
            }
            return new Lines.Line(filled.toString(), line.number());
        }

        private static String quoted(String argument) {
            return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
    }
}
