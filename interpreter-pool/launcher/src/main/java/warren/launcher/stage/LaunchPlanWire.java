package warren.launcher.stage;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import warren.plugin.GroupId;
import warren.plugin.LaunchStep;
import warren.plugin.PathAccess;
import warren.plugin.UserId;

/**
 * A launch plan on the pipe from the launcher to a stage of its own making: both are root and the same build, so the
 * form is only as long as it must be. Numbers are i32 or i64, texts an i32 length and UTF-8.
 */
public final class LaunchPlanWire {
    private LaunchPlanWire() { }

    public static void write(LaunchPlan plan, OutputStream stream) throws IOException {
        DataOutputStream out = new DataOutputStream(stream);
        if (plan.descriptors() instanceof LaunchPlan.StandardDescriptors.Generation g) {
            out.writeInt(1);
            text(out, g.socket());
            text(out, g.log());
            out.writeLong(g.peer());
        } else if (plan.descriptors() instanceof LaunchPlan.StandardDescriptors.Connector c) {
            out.writeInt(2);
            text(out, c.output());
        }
        out.writeLong(plan.user().value());
        out.writeLong(plan.group().value());
        out.writeInt(plan.supplementaryGroups().size());
        for (GroupId group : plan.supplementaryGroups()) {
            out.writeLong(group.value());
        }
        out.writeInt(plan.steps().size());
        for (LaunchStep step : plan.steps()) {
            step(out, step);
        }
        text(out, plan.rootMount());
        out.writeBoolean(plan.onCommonRoot());
        out.writeInt(plan.filter().length);
        out.write(plan.filter());
        text(out, plan.credentials().directory());
        out.writeInt(plan.credentials().files().size());
        for (Credentials.Credential file : plan.credentials().files()) {
            text(out, file.name());
            out.writeInt(file.value().length);
            out.write(file.value());
        }
        step(out, plan.program());
        out.flush();
    }

    static LaunchPlan read(InputStream stream) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        LaunchPlan.StandardDescriptors descriptors = in.readInt() == 1
            ? new LaunchPlan.StandardDescriptors.Generation(text(in), text(in), in.readLong())
            : new LaunchPlan.StandardDescriptors.Connector(text(in));
        UserId user = new UserId(in.readLong());
        GroupId group = new GroupId(in.readLong());
        List<GroupId> groups = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            groups.add(new GroupId(in.readLong()));
        }
        List<LaunchStep> steps = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            steps.add(step(in));
        }
        String rootMount = text(in);
        boolean onCommonRoot = in.readBoolean();
        byte[] filter = new byte[in.readInt()];
        in.readFully(filter);
        String directory = text(in);
        List<Credentials.Credential> files = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            String name = text(in);
            byte[] value = new byte[in.readInt()];
            in.readFully(value);
            files.add(new Credentials.Credential(name, value));
        }
        if (!(step(in) instanceof LaunchStep.Execute program)) {
            throw new IOException("the plan does not end in a program");
        }
        return new LaunchPlan(descriptors, user, group, groups, steps, rootMount, onCommonRoot, filter,
            new Credentials(directory, files), program);
    }

    private static void step(DataOutputStream out, LaunchStep step) throws IOException {
        text(out, step.getClass().getSimpleName());
        if (step instanceof LaunchStep.SetLimit s) {
            text(out, s.resource().name());
            out.writeLong(s.soft());
            out.writeLong(s.hard());
        } else if (step instanceof LaunchStep.SetNice s) {
            out.writeInt(s.nice());
        } else if (step instanceof LaunchStep.SetIoPriority s) {
            out.writeInt(s.level());
        } else if (step instanceof LaunchStep.Unshare s) {
            names(out, s.namespaces());
        } else if (step instanceof LaunchStep.LimitSystemVIpc s) {
            out.writeLong(s.sharedBytes());
            out.writeLong(s.otherBytes());
            out.writeBoolean(s.required());
        } else if (step instanceof LaunchStep.Mount s) {
            text(out, s.source());
            text(out, s.target());
            text(out, s.type());
            names(out, s.flags());
            text(out, s.data());
        } else if (step instanceof LaunchStep.OwnRoot s) {
            text(out, s.tree().orElse(""));
            RootEntryWire.writeAll(s.entries(), out);
        } else if (step instanceof LaunchStep.RestrictAccess s) {
            out.writeInt(s.paths().size());
            for (PathAccess access : s.paths()) {
                text(out, access.path());
                text(out, access.kind().name());
                out.writeBoolean(access.required());
            }
            out.writeBoolean(s.connectPorts().isPresent());
            List<String> ports = new ArrayList<>();
            for (int port : s.connectPorts().orElse(Set.of())) {
                ports.add(Integer.toString(port));
            }
            texts(out, ports);
        } else if (step instanceof LaunchStep.Execute s) {
            text(out, s.program());
            texts(out, s.arguments());
            List<String> environment = new ArrayList<>();
            for (Map.Entry<String, String> variable : s.environment().entrySet()) {
                environment.add(variable.getKey());
                environment.add(variable.getValue());
            }
            texts(out, environment);
        }
    }

    private static LaunchStep step(DataInputStream in) throws IOException {
        String type = text(in);
        return switch (type) {
            case "SetLimit" ->
                new LaunchStep.SetLimit(LaunchStep.Resource.valueOf(text(in)), in.readLong(), in.readLong());
            case "SetNice" -> new LaunchStep.SetNice(in.readInt());
            case "SetIoPriority" -> new LaunchStep.SetIoPriority(in.readInt());
            case "Unshare" -> {
                Set<LaunchStep.Namespace> namespaces = new HashSet<>();
                for (String name : texts(in)) {
                    namespaces.add(LaunchStep.Namespace.valueOf(name));
                }
                yield new LaunchStep.Unshare(namespaces);
            }
            case "LimitSystemVIpc" -> new LaunchStep.LimitSystemVIpc(in.readLong(), in.readLong(), in.readBoolean());
            case "Mount" -> {
                String source = text(in);
                String target = text(in);
                String filesystem = text(in);
                Set<LaunchStep.MountFlag> flags = new HashSet<>();
                for (String name : texts(in)) {
                    flags.add(LaunchStep.MountFlag.valueOf(name));
                }
                yield new LaunchStep.Mount(source, target, filesystem, flags, text(in));
            }
            case "OwnRoot" -> {
                String tree = text(in);
                yield new LaunchStep.OwnRoot(Optional.of(tree).filter(path -> !path.isEmpty()), RootEntryWire.readAll(in));
            }
            case "RestrictAccess" -> {
                List<PathAccess> paths = new ArrayList<>();
                for (int left = in.readInt(); left > 0; left--) {
                    paths.add(new PathAccess(text(in), PathAccess.Kind.valueOf(text(in)), in.readBoolean()));
                }
                boolean limited = in.readBoolean();
                Set<Integer> ports = new HashSet<>();
                for (String port : texts(in)) {
                    ports.add(Integer.parseInt(port));
                }
                yield new LaunchStep.RestrictAccess(paths, limited ? Optional.of(ports) : Optional.empty());
            }
            case "Execute" -> {
                String program = text(in);
                List<String> arguments = texts(in);
                List<String> pairs = texts(in);
                Map<String, String> environment = new LinkedHashMap<>();
                for (int i = 0; i < pairs.size(); i += 2) {
                    environment.put(pairs.get(i), pairs.get(i + 1));
                }
                yield new LaunchStep.Execute(program, arguments, environment);
            }
            default -> throw new IOException("a step that this stage does not know");
        };
    }

    private static void names(DataOutputStream out, Set<? extends Enum<?>> values) throws IOException {
        List<String> names = new ArrayList<>();
        for (Enum<?> value : values) {
            names.add(value.name());
        }
        texts(out, names);
    }

    private static void texts(DataOutputStream out, List<String> values) throws IOException {
        out.writeInt(values.size());
        for (String value : values) {
            text(out, value);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> values = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.add(text(in));
        }
        return values;
    }

    static void text(DataOutputStream out, String value) throws IOException {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    static String text(DataInputStream in) throws IOException {
        byte[] utf8 = new byte[in.readInt()];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
