package warren.pool;

import java.util.Optional;
import warren.contract.Answer;
import warren.contract.VirtualHostName;

/** Where an owner reads what became of his code. Neither method blocks for long, and neither throws. */
public interface OwnersLog {
    /**
     * A new generation: its FIFO is to be read until its last writer is gone.
     *
     * @param changed is run, on the thread that reads, each time that its parent says that its files have changed
     */
    Followed follow(Answer.Launched generation, Runnable changed);

    /** One line for the owner. It may be text of the owner's own: the log escapes it. */
    void tell(VirtualHostName name, String sentence);

    /** A generation whose FIFO is read. */
    interface Followed {
        /** One of which nothing is known. */
        Followed UNHEARD = Optional::empty;

        /** The last line that it said, for one that has ended: waits a moment for all of it; may be text of the owner's. */
        Optional<String> lastWords();
    }
}
