package warren.pool;

import warren.contract.Answer;
import warren.contract.VirtualHostName;

/** Where an owner reads what became of his code. Neither method blocks for long, and neither throws. */
public interface OwnersLog {
    /** A new generation: its FIFO is to be read until its last writer is gone. */
    void follow(Answer.Launched generation);

    /** One line for the owner. It may be text of the owner's own: the log escapes it. */
    void tell(VirtualHostName name, String sentence);
}
