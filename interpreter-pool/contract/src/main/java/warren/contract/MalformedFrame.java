package warren.contract;

import java.io.IOException;

/** The peer sent what the contract does not have. Nothing is repaired: close the connection. */
public final class MalformedFrame extends IOException {
    public MalformedFrame(String what) {
        super(what);
    }
}
