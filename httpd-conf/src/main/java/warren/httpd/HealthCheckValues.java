package warren.httpd;

/**
 * What a new generation must answer before it takes over from one that serves.
 *
 * @param path a URL path of the virtual host
 * @param status the only good one, 100 to 599
 */
public record HealthCheckValues(String path, int status) {
    static final String EXPECTED = "a URL path such as /health, and a status from 100 to 599 or none for 200";
    private static final int USUAL = 200;

    static boolean isValid(String path, String status) {
        return path.matches("/[!-~]*") && path.indexOf('#') < 0 && Values.isNumber(status, 100, 599);
    }

    String pathWithoutQuery() {
        return path.split("\\?", 2)[0];
    }

    static HealthCheckValues of(Directive directive) {
        return new HealthCheckValues(directive.argument(0), directive.arguments().size() > 1
            ? Integer.parseInt(directive.argument(1)) : USUAL);
    }
}
