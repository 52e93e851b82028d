package warren.launcher.stage;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A preparation on the pipe on which a stage then reads its plan, in the form of {@link LaunchPlanWire}. */
public final class PreparationWire {
    private PreparationWire() { }

    public static void write(Preparation preparation, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        LaunchPlanWire.text(out, preparation.rootMount());
        RootEntryWire.writeAll(preparation.entries(), out);
        out.flush();
    }

    static Preparation read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        return new Preparation(LaunchPlanWire.text(in), RootEntryWire.readAll(in));
    }
}
