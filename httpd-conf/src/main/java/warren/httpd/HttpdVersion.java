package warren.httpd;

/** httpd's version, for IfVersion. */
public record HttpdVersion(int major, int minor, int patch) {
    /** @throws IllegalArgumentException where the text is not {@code 2}, {@code 2.4} or {@code 2.4.71} */
    public static HttpdVersion of(String text) {
        if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,6}){0,2}")) {
            throw new IllegalArgumentException("a version is one to three numbers with dots between them");
        }
        String[] parts = (text + ".0.0").split("\\.");
        return new HttpdVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    int compareTo(HttpdVersion other) {
        return major != other.major ? Integer.compare(major, other.major)
            : minor != other.minor ? Integer.compare(minor, other.minor) : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
