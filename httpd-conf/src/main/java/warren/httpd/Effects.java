package warren.httpd;

/**
 * Counts what the lines read so far have said that lines further on depend on, or that is not a virtual host's; as long
 * as the count stands still, nothing but whole virtual hosts was read. Every problem of the server is one.
 */
final class Effects {
    private final Problems problems;
    private int count;

    Effects(Problems problems) {
        this.problems = problems;
    }

    int count() {
        return count;
    }

    void add(int more) {
        count += more;
    }

    void problem(LineStream.Placed line, String found, String expected) {
        count++;
        problems.error(Problems.SERVER, line.place(), found, expected);
    }
}
