package warren.httpd;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which files an Include names, as httpd finds them (server/config.c): wildcards in every part of the path, a
 * directory for all that is below it, sorted by byte. A name that begins with a dot matches no wildcard but is taken
 * from a directory that is included whole.
 */
final class Includes {
    private static final int DEEPEST_DIRECTORY = 20;
    private final Inodes inodes;
    private final Set<Path> directories = new LinkedHashSet<>();

    Includes(Inodes inodes) {
        this.inodes = inodes;
    }

    /** The directories looked through, found or not. */
    Set<Path> directories() {
        return directories;
    }

    /** @throws IOException where httpd would fail; the message says why */
    List<Path> find(Path pattern, boolean optional) throws IOException {
        List<Path> found = new ArrayList<>();
        boolean wild = isWild(pattern.toString());
        if (!wild && optional && !Files.exists(pattern)) {
            directories.add(pattern.getParent());
            return found;
        }
        expand(pattern.getRoot(), pattern, 0, optional, found);
        return found;
    }

    private void expand(Path at, Path pattern, int index, boolean optional, List<Path> found) throws IOException {
        if (index == pattern.getNameCount()) {
            walk(at, 0, found);
            return;
        }
        String part = pattern.getName(index).toString();
        if (!isWild(part)) {
            expand(at.resolve(part), pattern, index + 1, optional, found);
            return;
        }
        directories.add(at);
        if (optional && isAbsent(at)) {
            return;
        }
        boolean last = index + 1 == pattern.getNameCount();
        List<Path> matches = matches(at, part, last);
        if (matches.isEmpty() && !optional) {
            throw new IOException("no file matches " + part + " in " + at);
        }
        for (Path match : matches) {
            expand(match, pattern, index + 1, optional, found);
        }
    }

    /** Whether it is not there (ENOENT), rather than below something that is no directory (ENOTDIR). */
    private static boolean isAbsent(Path directory) {
        Path nearest = directory;
        while (nearest.getParent() != null && !Files.exists(nearest)) {
            nearest = nearest.getParent();
        }
        return !nearest.equals(directory) && Files.isDirectory(nearest);
    }

    private List<Path> matches(Path directory, String part, boolean last) throws IOException {
        Pattern pattern = Globs.name(part);
        List<Path> matches = new ArrayList<>();
        for (Path entry : sorted(directory)) {
            String name = entry.getFileName().toString();
            boolean hidden = name.startsWith(".") && !part.startsWith(".");
            if (!hidden && pattern.matcher(name).matches() && (last || inodes.isDirectory(entry))) {
                matches.add(entry);
            }
        }
        return matches;
    }

    private void walk(Path at, int depth, List<Path> found) throws IOException {
        if (!inodes.isDirectory(at)) {
            found.add(at);
            return;
        }
        if (depth >= DEEPEST_DIRECTORY) {
            throw new IOException("directory " + at + " is nested more than " + DEEPEST_DIRECTORY + " deep");
        }
        directories.add(at);
        for (Path entry : sorted(at)) {
            walk(entry, depth + 1, found);
        }
    }

    private static List<Path> sorted(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        } catch (IOException e) {
            throw new IOException("cannot read directory " + directory + ": " + e.getClass().getSimpleName(), e);
        }
        entries.sort(null); // Unix paths compare by byte, as strcmp does
        return entries;
    }

    private static boolean isWild(String part) {
        return part.indexOf('*') >= 0 || part.indexOf('?') >= 0 || part.indexOf('[') >= 0;
    }
}
