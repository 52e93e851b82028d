package warren.connector;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The one page for every failure: status, what it means in general, and the request's id, by which the log has the
 * rest. It never shows code, environment, paths or names.
 */
final class ErrorPage {
    private ErrorPage() { }

    /** Fills a response that is not committed. */
    static void send(HttpServletResponse response, int status, Optional<Duration> retryAfter, String requestId)
            throws IOException {
        response.reset();
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        retryAfter.ifPresent(time -> response.setHeader("Retry-After", Long.toString(Math.max(1, time.toSeconds()))));
        byte[] page = html(status, requestId).getBytes(StandardCharsets.US_ASCII);
        response.setContentLength(page.length);
        response.getOutputStream().write(page);
    }

    private static String html(int status, String requestId) {
        String title = status + " " + meaning(status);
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title
            + "</h1>\n<p>" + sentence(status) + "</p>\n<p>Request " + requestId + "</p>\n</body>\n</html>\n";
    }

    /** Reason phrases of RFC 9110 section 15. */
    private static String meaning(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 413 -> "Content Too Large";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> status < 500 ? "Request Refused" : "Internal Server Error";
        };
    }

    private static String sentence(int status) {
        return switch (status) {
            case 400 -> "The address is malformed.";
            case 403 -> "The request was not forwarded as it should be.";
            case 404 -> "There is nothing at this address.";
            case 413 -> "What was sent is larger than is taken here.";
            case 502 -> "The application ended without a usable answer.";
            case 503 -> "The application cannot take the request now. Please try again soon.";
            case 504 -> "The application took too long.";
            default -> status < 500 ? "The application refused the request." : "The application failed.";
        };
    }
}
