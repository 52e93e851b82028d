package warren.launcher;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import warren.contract.Token;
import warren.contract.VirtualHostName;

/**
 * The AJP secret and the virtual hosts' tokens, kept over restarts in {@code secrets.properties} of the state
 * directory, which root alone can enter. A new virtual host gets a token; one that is no longer configured loses it.
 */
final class Secrets {
    private static final String FILE = "secrets.properties";
    private static final String AJP = "ajp";
    private static final int AJP_DIGITS = 48;
    private static final String OF_VIRTUAL_HOST = "vhost.";
    private final SecureRandom random = new SecureRandom();
    private final Path file;
    private final Token ajp;
    private final Map<VirtualHostName, Token> tokens = new TreeMap<>();

    private Secrets(Path file, Properties kept) {
        this.file = file;
        this.ajp = kept.containsKey(AJP) ? new Token(kept.getProperty(AJP)) : Token.random(random);
        for (String key : kept.stringPropertyNames()) {
            if (key.startsWith(OF_VIRTUAL_HOST)) {
                tokens.put(new VirtualHostName(key.substring(OF_VIRTUAL_HOST.length())), new Token(kept.getProperty(key)));
            }
        }
    }

    /** @throws IOException where the file cannot be read or is not ours; it is not overwritten then */
    static Secrets load(Path stateDirectory) throws IOException {
        Path file = stateDirectory.resolve(FILE);
        Properties kept = new Properties();
        try {
            kept.load(new StringReader(Files.readString(file)));
            return new Secrets(file, kept);
        } catch (NoSuchFileException first) {
            return new Secrets(file, kept);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + e.getMessage() + "; remove it to have new secrets made, and"
                + " reload httpd then");
        }
    }

    /** Every one of these has a token from now on, and no other; what changed is on disk when this returns. */
    synchronized void keepFor(Collection<VirtualHostName> names) throws IOException {
        boolean some = tokens.keySet().retainAll(Set.copyOf(names));
        keep(names, some);
    }

    /** Every one of these has a token from now on, and the others keep theirs. */
    synchronized void keepAlso(Collection<VirtualHostName> names) throws IOException {
        keep(names, false);
    }

    private void keep(Collection<VirtualHostName> names, boolean someWent) throws IOException {
        boolean all = tokens.keySet().containsAll(names);
        names.forEach(name -> tokens.computeIfAbsent(name, any -> Token.random(random)));
        if (someWent || !all || !Files.exists(file)) {
            store();
        }
    }

    private void store() throws IOException {
        Properties kept = new Properties();
        kept.setProperty(AJP, ajp.reveal());
        tokens.forEach((name, token) -> kept.setProperty(OF_VIRTUAL_HOST + name, token.reveal()));
        StringWriter text = new StringWriter();
        kept.store(text, "Warren's AJP secret and the tokens of its virtual hosts. Root's alone.");
        writeAtomically(file, text.toString());
    }

    /** Replaces a file by one that only root can read; whoever reads it sees the old one or the new one. */
    static void writeAtomically(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** {@link #writeAtomically}, unless the file says this already: it is as long as there are virtual hosts. */
    static void writeIfOther(Path file, String text) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                || !Arrays.equals(Files.readAllBytes(file), text.getBytes(StandardCharsets.UTF_8))) {
            writeAtomically(file, text);
        }
    }

    /** 192 of the random bits: mod_proxy takes a secret of at most 63 characters. */
    String ajpSecret() {
        return ajp.reveal().substring(0, AJP_DIGITS);
    }

    synchronized Map<VirtualHostName, Token> tokens() {
        return Map.copyOf(tokens);
    }
}
