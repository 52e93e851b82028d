package warren.launcher.stage;

import java.util.List;

/**
 * What a launch gives its program to know.
 *
 * @param directory where the files are; it is there and empty
 * @param files none where nothing is given
 */
public record Credentials(String directory, List<Credential> files) {
    static final Credentials NONE = new Credentials("", List.of());

    public Credentials {
        files = List.copyOf(files);
    }

    /** One: its file's name and its value, which is never shown. */
    public record Credential(String name, byte[] value) {
        @Override
        public String toString() {
            return name;
        }
    }
}
