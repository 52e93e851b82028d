package warren.launcher.database;

import java.io.IOException;

/**
 * Something that a database needs for a grant.
 *
 * @param text what is done, as an administrator would type it
 */
public record GrantStep(String text, Action action) {
    /** Does it. */
    public interface Action {
        void run() throws IOException, InterruptedException;
    }
}
