package warren.launcher.stage;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import warren.plugin.RootEntry;

/** A root's entries in a plan or a preparation: how many, then of each the kind's name, the path, and what else the kind has. */
final class RootEntryWire {
    private RootEntryWire() { }

    static void writeAll(List<RootEntry> entries, DataOutputStream out) throws IOException {
        out.writeInt(entries.size());
        for (RootEntry entry : entries) {
            write(entry, out);
        }
    }

    static List<RootEntry> readAll(DataInputStream in) throws IOException {
        List<RootEntry> entries = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            entries.add(read(in));
        }
        return entries;
    }

    private static void write(RootEntry entry, DataOutputStream out) throws IOException {
        LaunchPlanWire.text(out, entry.getClass().getSimpleName());
        LaunchPlanWire.text(out, entry.path());
        if (entry instanceof RootEntry.Shown shown) {
            out.writeBoolean(shown.writable());
            out.writeBoolean(shown.required());
        } else if (entry instanceof RootEntry.Link link) {
            LaunchPlanWire.text(out, link.target());
        } else if (entry instanceof RootEntry.Text file) {
            LaunchPlanWire.text(out, file.text());
        } else if (entry instanceof RootEntry.Memory memory) {
            LaunchPlanWire.text(out, memory.options());
        } else if (entry instanceof RootEntry.Device device) {
            out.writeInt(device.major());
            out.writeInt(device.minor());
        }
    }

    private static RootEntry read(DataInputStream in) throws IOException {
        String kind = LaunchPlanWire.text(in);
        String path = LaunchPlanWire.text(in);
        return switch (kind) {
            case "Shown" -> new RootEntry.Shown(path, in.readBoolean(), in.readBoolean());
            case "Link" -> new RootEntry.Link(path, LaunchPlanWire.text(in));
            case "Text" -> new RootEntry.Text(path, LaunchPlanWire.text(in));
            case "Memory" -> new RootEntry.Memory(path, LaunchPlanWire.text(in));
            case "Device" -> new RootEntry.Device(path, in.readInt(), in.readInt());
            case "Resolved" -> new RootEntry.Resolved(path);
            case "AsOnHost" -> new RootEntry.AsOnHost(path);
            case "Directory" -> new RootEntry.Directory(path);
            case "Processes" -> new RootEntry.Processes(path);
            case "Hidden" -> new RootEntry.Hidden(path);
            default -> throw new IOException("an entry of a root that this stage does not know");
        };
    }
}
