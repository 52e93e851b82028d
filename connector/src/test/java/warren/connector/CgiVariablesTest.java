package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tomcat.util.net.SSLSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import warren.contract.PoolSettings;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

class CgiVariablesTest {
    private static final VirtualHost HOST = new VirtualHost(new VirtualHostName("alice"), Optional.empty(),
        "/srv/alice", List.of(), false, PoolSettings.DEFAULT, 0, Optional.empty());
    private final HttpServletRequest request = mock(HttpServletRequest.class);

    @BeforeEach
    void plainRequest() {
        when(request.getMethod()).thenReturn("GET");
        when(request.getProtocol()).thenReturn("HTTP/1.1");
        when(request.getScheme()).thenReturn("http");
        when(request.getContentLengthLong()).thenReturn(-1L);
        when(request.getLocalName()).thenReturn("alice.example");
        when(request.getLocalPort()).thenReturn(80);
        when(request.getRemoteAddr()).thenReturn("192.0.2.1");
        when(request.getRemoteHost()).thenReturn("192.0.2.1");
        headers(Map.of());
    }

    private void headers(Map<String, List<String>> headers) {
        when(request.getHeaderNames()).thenReturn(Collections.enumeration(headers.keySet()));
        headers.forEach((name, values) ->
            when(request.getHeaders(name)).thenReturn(Collections.enumeration(values)));
    }

    private Map<String, String> variables() {
        return CgiVariables.of(request, new Destination(HOST, HOST, "/srv/alice/x.psgi", "/app", "/a b", "/app/a%20b"),
            "id1");
    }

    @Test
    void nameTheScriptAndWhatFollows() {
        Map<String, String> variables = variables();
        assertEquals("/app", variables.get("SCRIPT_NAME"));
        assertEquals("/a b", variables.get("PATH_INFO"));
        assertEquals("/srv/alice/a b", variables.get("PATH_TRANSLATED"));
        assertEquals("/app/a%20b", variables.get("REQUEST_URI"));
        assertEquals("/srv/alice/x.psgi", variables.get("SCRIPT_FILENAME"));
        assertEquals("", variables.get("QUERY_STRING"));
        assertEquals("id1", variables.get("WARREN_REQUEST_ID"));
    }

    @Test
    void leaveOutWhatIsNotKnown() {
        Map<String, String> variables = variables();
        for (String name : List.of("CONTENT_LENGTH", "CONTENT_TYPE", "REMOTE_USER", "AUTH_TYPE", "HTTPS",
            "REMOTE_HOST", "REMOTE_PORT", "SSL_CIPHER")) {
            assertFalse(variables.containsKey(name), name);
        }
    }

    @Test
    void takeNoAmbiguousHeader() {
        headers(Map.of("X_Auth", List.of("no"), "X-Auth", List.of("yes"), "Proxy", List.of("no"),
            "Content-Length", List.of("no"), "Transfer-Encoding", List.of("no"), "a b", List.of("no")));
        Map<String, String> variables = variables();
        assertEquals("yes", variables.get("HTTP_X_AUTH"));
        assertFalse(variables.containsValue("no"), variables.toString());
    }

    @Test
    void joinRepeatedHeaders() {
        headers(Map.of("Accept", List.of("a", "b"), "Cookie", List.of("a=1", "b=2")));
        Map<String, String> joined = variables();
        assertEquals("a, b", joined.get("HTTP_ACCEPT"));
        assertEquals("a=1; b=2", joined.get("HTTP_COOKIE"));
    }

    @Test
    void hideThePasswordThatHttpdHasChecked() {
        headers(Map.of("Authorization", List.of("Basic x")));
        assertEquals("Basic x", variables().get("HTTP_AUTHORIZATION"));
        headers(Map.of("Authorization", List.of("Basic x")));
        when(request.getRemoteUser()).thenReturn("carol");
        when(request.getAuthType()).thenReturn("Basic");
        Map<String, String> variables = variables();
        assertFalse(variables.containsKey("HTTP_AUTHORIZATION"));
        assertEquals("carol", variables.get("REMOTE_USER"));
        assertEquals("Basic", variables.get("AUTH_TYPE"));
    }

    @Test
    void tellOfTls() {
        when(request.isSecure()).thenReturn(true);
        when(request.getScheme()).thenReturn("https");
        when(request.getAttribute(SSLSupport.PROTOCOL_VERSION_KEY)).thenReturn("TLSv1.3");
        when(request.getAttribute(SSLSupport.CIPHER_SUITE_KEY)).thenReturn("TLS_AES_256_GCM_SHA384");
        when(request.getAttribute(SSLSupport.KEY_SIZE_KEY)).thenReturn(256);
        // An owner can send this one as a text.
        when(request.getAttribute(SSLSupport.CERTIFICATE_KEY)).thenReturn("no certificate");
        Map<String, String> variables = variables();
        assertEquals("on", variables.get("HTTPS"));
        assertEquals("https", variables.get("REQUEST_SCHEME"));
        assertEquals("TLSv1.3", variables.get("SSL_PROTOCOL"));
        assertEquals("256", variables.get("SSL_CIPHER_USEKEYSIZE"));
        assertTrue(variables.containsKey("SSL_CIPHER"));
        assertFalse(variables.containsKey("SSL_CLIENT_CERT"));
    }
}
