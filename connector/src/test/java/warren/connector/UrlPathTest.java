package warren.connector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlPathTest {
    @ParameterizedTest
    @CsvSource({
        "/, /", "/a, /a", "/a/, /a/", "/a/./b, /a/b", "/a/../b, /b", "/a/b/.., /a/", "/a/b/../, /a/", "/a/., /a/",
        "//a///b//, /a///b//", "/a//../b, /a/b", "//, /", "/a/., /a/", "/a/.., /", "/%61, /a", "/%2561, /%61", "/a%2Fb, /a/b", "/a/%2e%2E/b, /b", "/a/%2e%2e%2fb, /b",
        "/.a/..b/...c, /.a/..b/...c", "/a;b=1/c, /a;b=1/c", "/a%5Cb, /a\\b", "/%E4, /\u00e4", "/a/.., /",
    })
    void isCanonical(String raw, String canonical) throws Refusal {
        assertEquals(canonical, UrlPath.canonical(raw));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "*", "/%", "/%4", "/%zz", "/%4g", "/%00", "/a%00b", "/..", "/../a", "/a/../../b",
        "/%2e%2e/", "/a/..%2f..", "/%\u0661\u0661"})
    void isRefused(String raw) {
        assertEquals(400, assertThrows(Refusal.class, () -> UrlPath.canonical(raw)).status());
    }

    @Test
    void keepsNewlines() throws Refusal {
        assertEquals("/a\nb", UrlPath.canonical("/a%0Ab"));
    }
}
