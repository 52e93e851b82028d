package warren.launcher.credentials;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import warren.contract.VirtualHostName;

/**
 * Credentials by virtual host and name. It is read again for each launch that wants one, so that nothing of it stays in
 * the launcher's memory for longer; one that cannot be opened refuses those launches and no others.
 */
public final class CredentialStore {
    /** A file's name in the directory that an interpreter finds. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    /** Of one value. */
    public static final int MOST_VALUE_BYTES = 64 << 10;
    /** All together: what can be written can be opened again. */
    private static final int MOST_BYTES = SealedFile.MOST_BYTES / 2;
    private final SealedFile file;
    private final int mostBytes;

    /** @param state a directory that root alone can enter */
    public CredentialStore(Path state) {
        this(state, MOST_BYTES);
    }

    /** @param mostBytes of all together */
    public CredentialStore(Path state, int mostBytes) {
        this.mostBytes = mostBytes;
        this.file = new SealedFile(state.resolve("credentials"), state.resolve("credentials.key"));
    }

    /** What is wrong with a name; empty where nothing is. */
    public static Optional<String> checkName(String name) {
        return NAME.matcher(name).matches() ? Optional.empty()
            : Optional.of("\"" + name + "\", expected a name of up to 64 letters, digits, dots, hyphens and underscores");
    }

    /**
     * Adds or replaces one.
     *
     * @throws IOException where the name or the value may not be, or the store cannot be opened or written
     */
    public synchronized void set(VirtualHostName host, String name, byte[] value) throws IOException {
        Optional<String> wrong = checkName(name);
        if (wrong.isPresent()) {
            throw new IOException(wrong.get());
        }
        requireLength(value.length);
        Map<String, Map<String, byte[]>> all = read();
        all.computeIfAbsent(host.value(), key -> new TreeMap<>()).put(name, value);
        write(all);
    }

    /** That of a value, in bytes. */
    public static int requireLength(int length) throws IOException {
        if (length < 1 || length > MOST_VALUE_BYTES) {
            throw new IOException("a value of " + length + " bytes, expected 1 to " + MOST_VALUE_BYTES);
        }
        return length;
    }

    /** Whether there was one. */
    public synchronized boolean remove(VirtualHostName host, String name) throws IOException {
        Map<String, Map<String, byte[]>> all = read();
        Map<String, byte[]> its = all.getOrDefault(host.value(), new TreeMap<>());
        if (its.remove(name) == null) {
            return false;
        }
        all.values().removeIf(Map::isEmpty);
        write(all);
        return true;
    }

    /** The names of those that a virtual host has. */
    public synchronized List<String> names(VirtualHostName host) throws IOException {
        return List.copyOf(read().getOrDefault(host.value(), Map.of()).keySet());
    }

    /** How many bytes the values of these virtual hosts have together. */
    public synchronized long bytesOf(Collection<VirtualHostName> hosts) throws IOException {
        Map<String, Map<String, byte[]>> all = read();
        return hosts.stream().flatMap(host -> all.getOrDefault(host.value(), Map.of()).values().stream()).mapToLong(value -> value.length).sum();
    }

    /** Empty where there is none of this name. */
    public synchronized Optional<byte[]> find(VirtualHostName host, String name) throws IOException {
        return Optional.ofNullable(read().getOrDefault(host.value(), Map.of()).get(name));
    }

    private Map<String, Map<String, byte[]>> read() throws IOException {
        byte[] content = file.open();
        Map<String, Map<String, byte[]>> all = new TreeMap<>();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
        while (in.available() > 0) {
            String host = in.readUTF();
            String name = in.readUTF();
            byte[] value = new byte[in.readInt()];
            in.readFully(value);
            all.computeIfAbsent(host, key -> new TreeMap<>()).put(name, value);
        }
        return all;
    }

    private void write(Map<String, Map<String, byte[]>> all) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Map.Entry<String, Map<String, byte[]>> host : all.entrySet()) {
            for (Map.Entry<String, byte[]> credential : host.getValue().entrySet()) {
                out.writeUTF(host.getKey());
                out.writeUTF(credential.getKey());
                out.writeInt(credential.getValue().length);
                out.write(credential.getValue());
            }
        }
        if (bytes.size() > mostBytes) {
            throw new IOException("the store would have " + bytes.size() + " bytes, expected at most " + mostBytes + "; nothing was changed");
        }
        file.seal(bytes.toByteArray());
    }
}
