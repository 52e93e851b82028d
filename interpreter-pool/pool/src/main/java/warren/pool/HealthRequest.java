package warren.pool;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import warren.contract.HealthCheck;
import warren.contract.Route;
import warren.contract.VirtualHost;

/** The request of {@code WarrenHealthCheck}, as a visitor's that comes from this machine; only the response's status counts. */
final class HealthRequest extends OwnRequest {
    private int status;

    private HealthRequest(Map<String, String> parameters) {
        super(parameters);
    }

    /** Where no route takes its path, a file below the document root is meant. */
    static HealthRequest of(VirtualHost host, HealthCheck check) {
        int query = check.path().indexOf('?');
        String path = query < 0 ? check.path() : check.path().substring(0, query);
        Map<String, String> parameters = new HashMap<>(Map.ofEntries(
            Map.entry("GATEWAY_INTERFACE", "CGI/1.1"), Map.entry("SERVER_SOFTWARE", "Warren"), Map.entry("SERVER_PROTOCOL", "HTTP/1.1"),
            Map.entry("REQUEST_METHOD", "GET"), Map.entry("REQUEST_SCHEME", "http"), Map.entry("REQUEST_URI", check.path()),
            Map.entry("QUERY_STRING", query < 0 ? "" : check.path().substring(query + 1)),
            Map.entry("SERVER_NAME", host.name().value()), Map.entry("HTTP_HOST", host.name().value()), Map.entry("SERVER_PORT", "80"),
            Map.entry("SERVER_ADDR", "127.0.0.1"), Map.entry("REMOTE_ADDR", "127.0.0.1"),
            Map.entry("HTTP_USER_AGENT", "WarrenHealthCheck"), Map.entry("DOCUMENT_ROOT", host.documentRoot()),
            Map.entry("WARREN_VHOST_NAME", host.name().value()), Map.entry("WARREN_REQUEST_ID", "health-check")));
        Optional<Route> route = host.routeOf(path);
        String scriptName = route.map(Route::path).orElse(path);
        parameters.put("SCRIPT_FILENAME", route.map(HealthRequest::file).orElse(host.documentRoot() + path));
        parameters.put("SCRIPT_NAME", scriptName);
        parameters.put("PATH_INFO", path.substring(scriptName.length()));
        return new HealthRequest(parameters);
    }

    private static String file(Route route) {
        return switch (route) {
            case Route.Application application -> application.file();
            case Route.Applications applications -> applications.directory() + "/";
            // of another pool: the configuration names none, and this one's answer to it is no 200
            case Route.Service service -> service.path();
        };
    }

    /**
     * Has it answered by a generation that has loaded its code and serves nobody yet.
     *
     * @throws LaunchRefusal where the answer is another than the check's, or none
     */
    static void require(VirtualHost host, HealthCheck check, Generation generation, Slots slots) throws LaunchRefusal {
        String answer;
        try {
            answer = of(host, check).answerOf(host, generation, slots);
        } catch (RequestFailed | Generation.Gone | IOException e) {
            answer = e.getMessage();
        }
        if (!answer.equals(Integer.toString(check.status()))) {
            throw new LaunchRefusal(generation.id() + " fails its health check: GET " + check.path() + " gave " + answer + ", expected "
                + check.status() + " (WarrenHealthCheck)");
        }
    }

    private String answerOf(VirtualHost host, Generation generation, Slots slots) throws RequestFailed, Generation.Gone, IOException {
        Deadline deadline = Deadline.after(host.pool().deadlines().launch());
        // one more than PerlInterpMax for a moment: whom the generation before serves does not wait for it
        Interpreter interpreter = generation.borrow(slots.new Slot(), deadline);
        try (Delivery delivery = new Delivery(this, SpoolSpace.inMemory()); RequestBody none = RequestBody.none()) {
            interpreter.serve(this, none, delivery, Patience.within(Duration.ofNanos(deadline.leftNanos())), 0);
            delivery.finish();
            return Integer.toString(status);
        } finally {
            generation.giveBack(interpreter);
        }
    }

    @Override
    public void head(ResponseHead head) {
        status = head.status();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        // Nobody reads it.
    }
}
