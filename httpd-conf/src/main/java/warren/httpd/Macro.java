package warren.httpd;

import java.util.ArrayList;
import java.util.List;

/**
 * A macro of mod_macro. Arguments are replaced in one pass, at each place the longest that matches; those named
 * {@code @…} come in quotes (modules/core/mod_macro.c).
 *
 * @param name in lower case
 * @param file where it is defined
 * @param parameters as written, with {@code $}, {@code %} or {@code @}
 * @param lines its contents
 */
record Macro(String name, String file, List<String> parameters, List<Lines.Line> lines) {
    /** httpd's MAX_STRING_LEN, the buffer that mod_macro replaces in. */
    static final int LONGEST_LINE = 8191;

    Macro {
        parameters = List.copyOf(parameters);
        lines = List.copyOf(lines);
    }

    /** @throws IllegalArgumentException where a line becomes longer than mod_macro can hold */
    List<Lines.Line> expand(List<String> arguments) {
        List<Lines.Line> expanded = new ArrayList<>(lines.size());
        for (Lines.Line line : lines) {
            String text = replace(line.text(), arguments);
            if (text.length() > LONGEST_LINE) {
                throw new IllegalArgumentException("line " + line.number() + " of macro " + name
                    + " becomes longer than " + LONGEST_LINE + " characters");
            }
            expanded.add(new Lines.Line(text, line.number()));
        }
        return expanded;
    }

    private String replace(String text, List<String> arguments) {
        StringBuilder replaced = new StringBuilder(text.length());
        for (int i = 0; i < text.length();) {
            int parameter = parameterAt(text, i);
            if (parameter < 0) {
                replaced.append(text.charAt(i++));
            } else {
                replaced.append(value(parameter, arguments));
                i += parameters.get(parameter).length();
            }
        }
        return replaced.toString();
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

    private String value(int parameter, List<String> arguments) {
        String argument = arguments.get(parameter);
        return parameters.get(parameter).startsWith("@")
            ? '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : argument;
    }
}
