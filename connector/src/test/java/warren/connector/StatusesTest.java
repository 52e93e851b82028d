package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

class StatusesTest {
    @Test
    void areNoneWhereTheClientFailed() {
        assertTrue(Statuses.of(new IOException("gone")).isEmpty());
    }

    @Test
    void blameTheConnectorForTheUnforeseen() {
        assertEquals(500, Statuses.of(new IllegalStateException("x")).orElseThrow().status());
    }

    @Test
    void tellWhenToTryAgain() throws Exception {
        HttpServletResponse response = mock(HttpServletResponse.class);
        when(response.getOutputStream()).thenReturn(mock(ServletOutputStream.class));
        Refusal refusal = Refusal.unavailable("/srv/alice is broken", Duration.ofSeconds(7));
        ErrorPage.send(response, refusal.status(), refusal.retryAfter(), "id1");
        verify(response).setStatus(503);
        verify(response).setHeader("Retry-After", "7");
        verify(response).setHeader("Cache-Control", "no-store");
    }

    @Test
    void showNothingButTheRequestsId() throws Exception {
        HttpServletResponse response = mock(HttpServletResponse.class);
        ServletOutputStream out = mock(ServletOutputStream.class);
        when(response.getOutputStream()).thenReturn(out);
        ErrorPage.send(response, 403, Optional.empty(), "id1");
        ArgumentCaptor<byte[]> page = ArgumentCaptor.forClass(byte[].class);
        verify(out).write(page.capture());
        verify(response, never()).sendError(anyInt(), any());
        String html = new String(page.getValue(), StandardCharsets.US_ASCII);
        assertTrue(html.contains("403 Forbidden") && html.contains("Request id1"), html);
        assertFalse(html.contains("/srv"), html);
    }
}
