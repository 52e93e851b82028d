package warren.pool;

import java.io.IOException;

/** This process has no descriptors left for a connection, which says nothing of the other side. */
final class OutOfDescriptors extends IOException {
    OutOfDescriptors(IOException cause) {
        super("the connector can open no connection: " + cause.getMessage(), cause);
    }
}
