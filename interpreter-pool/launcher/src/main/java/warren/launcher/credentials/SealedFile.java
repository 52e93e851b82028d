package warren.launcher.credentials;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A file that is sealed with AES-256-GCM (NIST SP 800-38D) under a key in a file of its own. Its form: eight bytes that
 * name it, which are authenticated too, twelve of the nonce, the ciphertext with its tag. It is replaced as a whole, by a
 * rename; each time with a fresh nonce.
 */
final class SealedFile {
    private static final byte[] NAME = "WARREN\0\1".getBytes(StandardCharsets.ISO_8859_1);
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int KEY_BYTES = 32;
    /** A larger one is not opened. */
    static final int MOST_BYTES = 16 << 20;
    private final Path file;
    private final Path keyFile;
    private final SecureRandom random = new SecureRandom();

    SealedFile(Path file, Path keyFile) {
        this.file = file;
        this.keyFile = keyFile;
    }

    /** What is in it; nothing where there is none. @throws IOException where it cannot be opened; the message says why */
    byte[] open() throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return new byte[0];
        }
        byte[] sealed = Files.size(file) <= MOST_BYTES ? Files.readAllBytes(file) : new byte[0];
        if (sealed.length < NAME.length + NONCE_BYTES + TAG_BITS / Byte.SIZE || !Arrays.equals(NAME, Arrays.copyOf(sealed, NAME.length))) {
            throw new IOException(file + " is cut off or no store of Warren's, expected the file as it was written");
        }
        try {
            Cipher cipher = cipher(Cipher.DECRYPT_MODE, key(), Arrays.copyOfRange(sealed, NAME.length, NAME.length + NONCE_BYTES));
            return cipher.doFinal(sealed, NAME.length + NONCE_BYTES, sealed.length - NAME.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " cannot be opened with the key in " + keyFile + ": it was changed, or it is another's key");
        }
    }

    /** Replaces it; with the first one a key is made. */
    void seal(byte[] content) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.exists(keyFile, LinkOption.NOFOLLOW_LINKS)) {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            write(keyFile, key);
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key(), nonce).doFinal(content);
            write(file, ByteBuffer.allocate(NAME.length + NONCE_BYTES + sealed.length).put(NAME).put(nonce).put(sealed).array());
        } catch (GeneralSecurityException e) {
            throw new IOException("every Java has AES-256-GCM", e);
        }
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(NAME);
        return cipher;
    }

    private byte[] key() throws IOException {
        byte[] key = Files.exists(keyFile, LinkOption.NOFOLLOW_LINKS) ? Files.readAllBytes(keyFile) : new byte[0];
        if (key.length != KEY_BYTES) {
            throw new IOException(keyFile + " has " + key.length + " bytes, expected the key of " + KEY_BYTES);
        }
        return key;
    }

    private static void write(Path target, byte[] content) throws IOException {
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var channel = Files.newByteChannel(fresh, Set.of(StandardOpenOption.WRITE, StandardOpenOption.SYNC))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
