package warren.httpd;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Whether httpd's conditional sections hold. Sections that ask for modules of ours are the reader's own business. */
final class Conditions {
    private final Variables variables;
    private final Modules modules;
    private final HttpdVersion version;

    Conditions(Variables variables, Modules modules, HttpdVersion version) {
        this.variables = variables;
        this.modules = modules;
        this.version = version;
    }

    boolean defined(String argument) {
        return negatable(argument.strip(), variables::isDefined);
    }

    boolean module(String argument) {
        return negatable(argument, modules::has);
    }

    private static boolean negatable(String argument, Predicate<String> holds) {
        return argument.startsWith("!") ? !holds.test(argument.substring(1).strip()) : holds.test(argument);
    }

    boolean file(String argument, Path serverRoot) {
        return negatable(argument, name -> Files.exists(serverRoot.resolve(name)));
    }

    /** @throws IllegalArgumentException where the operator, version or expression is not one; the message says so */
    boolean version(List<String> arguments) {
        String operator = arguments.size() > 1 ? arguments.get(0) : "=";
        String operand = arguments.isEmpty() ? "" : arguments.get(arguments.size() - 1);
        boolean not = operator.startsWith("!") && operator.length() > 1;
        String plain = not ? operator.substring(1) : operator;
        boolean slashes = operand.length() > 1 && operand.startsWith("/") && operand.endsWith("/");
        boolean holds = plain.equals("~") || (slashes && (plain.equals("=") || plain.equals("==")))
            ? Pattern.compile(slashes ? operand.substring(1, operand.length() - 1) : operand)
                .matcher(version.toString()).find()
            : compares(plain, version.compareTo(HttpdVersion.of(operand)));
        return holds != not;
    }

    private static boolean compares(String operator, int order) {
        return switch (operator) {
            case "=", "==" -> order == 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            default -> throw new IllegalArgumentException("operator " + operator);
        };
    }
}
