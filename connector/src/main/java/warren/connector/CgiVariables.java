package warren.connector;

import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.tomcat.util.net.SSLSupport;

/**
 * A request as the variables of CGI/1.1 (RFC 3875 section 4.1), and those that httpd's mod_cgi adds. Each character
 * of a value stands for one byte of what the client or httpd sent (ISO-8859-1), so that the interpreter receives the
 * same bytes.
 *
 * <p>{@code Authorization} is passed where httpd did not authenticate the request itself, so that an application can;
 * where it did, the password is none of the application's business (mod_cgi hides it always, mod_perl never).
 */
final class CgiVariables {
    private final Map<String, String> variables = new HashMap<>(64);
    private final HttpServletRequest request;

    private CgiVariables(HttpServletRequest request) {
        this.request = request;
    }

    /** All of them, for one request. */
    static Map<String, String> of(HttpServletRequest request, Destination destination, String requestId) {
        CgiVariables made = new CgiVariables(request);
        made.addRequest();
        made.addPeers();
        made.addSsl();
        made.addHeaders();
        made.addDestination(destination);
        made.add("WARREN_REQUEST_ID", requestId);
        return made.variables;
    }

    private void addRequest() {
        add("GATEWAY_INTERFACE", "CGI/1.1");
        add("SERVER_SOFTWARE", "Warren");
        add("REQUEST_METHOD", request.getMethod());
        add("SERVER_PROTOCOL", request.getProtocol());
        add("REQUEST_SCHEME", request.getScheme());
        add("QUERY_STRING", request.getQueryString() == null ? "" : request.getQueryString());
        addGiven("CONTENT_TYPE", request.getHeader("Content-Type"));
        if (request.getContentLengthLong() >= 0) {
            add("CONTENT_LENGTH", Long.toString(request.getContentLengthLong()));
        }
        addGiven("AUTH_TYPE", request.getAuthType());
        addGiven("REMOTE_USER", request.getRemoteUser());
    }

    /** Name and port are httpd's (ServerName, UseCanonicalName), as for mod_cgi; not whatever Host says. */
    private void addPeers() {
        add("SERVER_NAME", request.getLocalName());
        add("SERVER_PORT", Integer.toString(request.getLocalPort()));
        addGiven("SERVER_ADDR", request.getLocalAddr());
        add("REMOTE_ADDR", request.getRemoteAddr());
        if (request.getRemotePort() > 0) {
            add("REMOTE_PORT", Integer.toString(request.getRemotePort()));
        }
        if (!request.getRemoteAddr().equals(request.getRemoteHost())) {
            addGiven("REMOTE_HOST", request.getRemoteHost());
        }
    }

    private void addSsl() {
        if (!request.isSecure()) {
            return;
        }
        add("HTTPS", "on");
        addGiven("SSL_PROTOCOL", request.getAttribute(SSLSupport.PROTOCOL_VERSION_KEY));
        addGiven("SSL_CIPHER", request.getAttribute(SSLSupport.CIPHER_SUITE_KEY));
        addGiven("SSL_CIPHER_USEKEYSIZE", request.getAttribute(SSLSupport.KEY_SIZE_KEY));
        addGiven("SSL_SESSION_ID", request.getAttribute(SSLSupport.SESSION_ID_KEY));
        if (request.getAttribute(SSLSupport.CERTIFICATE_KEY) instanceof X509Certificate[] chain && chain.length > 0) {
            add("SSL_CLIENT_CERT", pem(chain[0]));
        }
    }

    private void addHeaders() {
        boolean authenticated = variables.containsKey("REMOTE_USER");
        for (Iterator<String> names = request.getHeaderNames().asIterator(); names.hasNext();) {
            String name = names.next();
            String variable = HeaderVariables.of(name);
            if (!variable.isEmpty() && isPassed(variable, authenticated)) {
                add(variable, values(name, variable.equals("HTTP_COOKIE") ? "; " : ", "));
            }
        }
    }

    private String values(String name, String between) {
        Iterator<String> values = request.getHeaders(name).asIterator();
        String first = values.next();
        if (!values.hasNext()) {
            return first;
        }
        StringJoiner all = new StringJoiner(between).add(first);
        values.forEachRemaining(all::add);
        return all.toString();
    }

    private static boolean isPassed(String variable, boolean authenticated) {
        return switch (variable) {
            // Variables of their own.
            case "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH" -> false;
            // It would be taken for a client's setting (httpoxy, CVE-2016-5385).
            case "HTTP_PROXY" -> false;
            // httpd and AJP have undone the chunks.
            case "HTTP_TRANSFER_ENCODING" -> false;
            case "HTTP_PROXY_AUTHORIZATION" -> false;
            case "HTTP_AUTHORIZATION" -> !authenticated;
            default -> true;
        };
    }

    private void addDestination(Destination destination) {
        String documentRoot = destination.pool().documentRoot();
        add("DOCUMENT_ROOT", documentRoot);
        add("SCRIPT_FILENAME", destination.scriptFilename());
        add("SCRIPT_NAME", destination.scriptName());
        add("PATH_INFO", destination.pathInfo());
        if (!destination.pathInfo().isEmpty()) {
            add("PATH_TRANSLATED", documentRoot + destination.pathInfo());
        }
        add("REQUEST_URI", destination.requestUri());
        add("WARREN_VHOST_NAME", destination.called().name().value());
    }

    private void addGiven(String name, Object value) {
        if (value != null && !value.toString().isEmpty()) {
            add(name, value.toString());
        }
    }

    private void add(String name, String value) {
        variables.put(name, value);
    }

    private static String pem(X509Certificate certificate) {
        try {
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed cannot be encoded", e);
        }
    }
}
