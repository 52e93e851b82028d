package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import warren.contract.PoolSettings;
import warren.contract.Route;
import warren.contract.VirtualHost;
import warren.contract.VirtualHostName;

class DestinationTest {
    private final HttpServletRequest request = mock(HttpServletRequest.class);
    private final VirtualHosts all = new VirtualHosts();

    private static VirtualHost host(boolean handlesFiles, Route... routes) {
        return new VirtualHost(new VirtualHostName("alice"), Optional.empty(), "/srv/alice/htdocs", List.of(routes),
            handlesFiles, PoolSettings.DEFAULT, 0, Optional.empty());
    }

    private void file(String requestUri, String uri, String pathInfo) {
        when(request.getRequestURI()).thenReturn(requestUri);
        when(request.getAttribute("WARREN_URI")).thenReturn(uri);
        when(request.getAttribute("WARREN_PATH_INFO")).thenReturn(pathInfo);
        when(request.getAttribute("WARREN_REQUEST_URI")).thenReturn("/raw");
    }

    private int refusedStatus(VirtualHost host) {
        return assertThrows(Refusal.class, () -> Destination.of(request, host, all)).status();
    }

    @Test
    void isNeverAFileOutsideOfTheDocumentRoot() {
        for (String outside : List.of("/srv/bob/htdocs/x.pl", "/srv/alice/htdocs-2/x.pl", "/srv/alice/htdocs",
            "/srv/alice/htdocs/", "/srv/alice/htdocs/%2e%2e/secret.pl", "/srv/alice/htdocs/../../bob/x.pl")) {
            file(outside, "/x.pl", "");
            assertEquals(404, refusedStatus(host(true)), outside);
        }
    }

    @Test
    void isAFileOnlyWhereAHandlerStands() {
        file("/srv/alice/htdocs/x.pl", "/x.pl", "");
        assertEquals(404, refusedStatus(host(false)));
    }

    @Test
    void splitsAFilesUrlWherePathInfoBegins() throws Refusal {
        file("/srv/alice/htdocs/x%20y.pl", "/x y.pl/a/b", "/a/b");
        Destination found = Destination.of(request, host(true), all);
        assertEquals("/srv/alice/htdocs/x y.pl", found.scriptFilename());
        assertEquals("/x y.pl", found.scriptName());
        assertEquals("/a/b", found.pathInfo());
        file("/srv/alice/htdocs/x.pl", "/x.pl/a", "/other");
        assertEquals(400, refusedStatus(host(true)));
    }

    @Test
    void isOnlyARouteThatEndsAtASlash() throws Refusal {
        VirtualHost host = host(false, new Route.Application("/app", "/a.psgi"));
        when(request.getRequestURI()).thenReturn("/application");
        assertEquals(404, refusedStatus(host));
        when(request.getRequestURI()).thenReturn("/app");
        assertEquals("", Destination.of(request, host, all).pathInfo());
        when(request.getRequestURI()).thenReturn("/app/../other");
        assertEquals(404, refusedStatus(host));
    }

    @Test
    void leavesTheNameInADirectoryOfApplicationsToTheRuntime() throws Refusal {
        VirtualHost host = host(false, new Route.Applications("/apps", "/srv/alice/apps"));
        when(request.getRequestURI()).thenReturn("/apps/shop/cart");
        Destination found = Destination.of(request, host, all);
        assertEquals("/srv/alice/apps/", found.scriptFilename());
        assertEquals("/apps", found.scriptName());
        assertEquals("/shop/cart", found.pathInfo());
    }

    @Test
    void isNoServiceThatIsNotThere() {
        when(request.getRequestURI()).thenReturn("/counter");
        assertEquals(503, refusedStatus(host(false, new Route.Service("/counter", new VirtualHostName("counter")))));
    }
}
