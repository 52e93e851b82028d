package warren.launcher.stage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import warren.launcher.system.RootCalls;
import warren.launcher.system.SystemCallFailed;
import warren.launcher.system.SystemCalls;
import warren.plugin.RootEntry;

/**
 * Puts a root of its own together in an empty directory and makes it the process's: {@link #begin}, {@link #add}, {@link
 * #enter}. Between two additions it may be taken away, and put back in another mount namespace. What an owner can write is
 * opened without following a symbolic link, and by its descriptor from then on: no rename of his moves a mount elsewhere.
 */
final class RootBuilder {
    private static final long MS_NOSUID = 2;
    private static final long MS_NODEV = 4;
    private static final long MS_NOEXEC = 8;
    private static final long SHOWN = RootCalls.NO_SUID | RootCalls.NO_DEVICES;
    private static final int MOST_DEPTH = 4096;
    private static final int DIRECTORY_MODE = 0755;
    private static final String ROOT_OPTIONS = "mode=755,size=1m,nr_inodes=1000";
    /** What lies over what is hidden. */
    private static final String NOTHING = "/.hidden/directory";
    private static final String NO_FILE = "/.hidden/file";

    private final SystemCalls calls;
    private final RootCalls roots;
    private final String base;
    /**
     * By the path of what was mounted there last, the root's "": whether it is the host's, where nothing is made beneath; else
     * it is a file system in memory, where we make what we like.
     */
    private final Map<String, Boolean> hosts = new HashMap<>();
    private final Set<String> made = new HashSet<>();
    private int root = -1;

    /** @param base an empty directory of root's */
    RootBuilder(SystemCalls calls, String base) {
        this.calls = calls;
        this.roots = calls.root();
        this.base = base;
    }

    /** With a prepared tree; without one with a file system in memory. */
    void begin(Optional<String> tree) throws SystemCallFailed {
        if (tree.isPresent()) {
            attach(copy(open(tree.get()), SHOWN | RootCalls.READ_ONLY), open(base));
        } else {
            calls.mount("tmpfs", base, "tmpfs", MS_NOSUID | MS_NODEV, ROOT_OPTIONS);
        }
        hosts.put("", tree.isPresent());
        root = open(base);
    }

    void add(List<RootEntry> entries) throws SystemCallFailed {
        for (RootEntry entry : outermostFirst(entries)) {
            make(entry, entries);
        }
    }

    /** A copy of all of it, attached nowhere. What is mounted here is of no use to this builder any more. */
    int takeAway() throws SystemCallFailed {
        int tree = roots.copyTree(root);
        calls.close(root);
        return tree;
    }

    /** Where it was put together, in whatever mount namespace this thread is now. */
    void putBack(int tree) throws SystemCallFailed {
        attach(tree, open(base));
        root = open(base);
    }

    /** It becomes the process's, to read but for what its entries say. */
    void enter() throws SystemCallFailed {
        calls.close(root);
        calls.chdir(base);
        roots.pivotRoot();
        roots.setRootReadOnly();
    }

    /** What is mounted on comes before what is mounted on it, and what is hidden last. */
    private static List<RootEntry> outermostFirst(List<RootEntry> entries) {
        List<RootEntry> sorted = new ArrayList<>();
        for (RootEntry entry : entries) {
            int at = sorted.size();
            while (at > 0 && rank(sorted.get(at - 1)) > rank(entry)) {
                at--;
            }
            sorted.add(at, entry);
        }
        return sorted;
    }

    private static int rank(RootEntry entry) {
        int depth = entry instanceof RootEntry.Hidden ? MOST_DEPTH : 0;
        for (int i = 0; i < entry.path().length(); i++) {
            depth += entry.path().charAt(i) == '/' ? 1 : 0;
        }
        return depth;
    }

    private void make(RootEntry entry, List<RootEntry> all) throws SystemCallFailed {
        String path = entry.path();
        if (entry instanceof RootEntry.Directory) {
            makeDirectories(path);
        } else if (entry instanceof RootEntry.Link link) {
            makeParents(path);
            roots.makeLink(link.target(), base + path);
        } else if (entry instanceof RootEntry.Text text) {
            makeParents(path);
            roots.makeFile(base + path, text.text());
        } else if (entry instanceof RootEntry.Device device) {
            roots.makeDevice(base + path, device.major(), device.minor());
        } else if (entry instanceof RootEntry.Memory memory) {
            mountOn(path, "tmpfs", MS_NOSUID | (holdsDevices(path, all) ? MS_NOEXEC : MS_NODEV), memory.options());
            hosts.put(path, false);
        } else if (entry instanceof RootEntry.Processes) {
            mountOn(path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
        } else if (entry instanceof RootEntry.AsOnHost) {
            makeAsOnHost(path);
        } else if (entry instanceof RootEntry.Resolved) {
            showResolved(path);
        } else if (entry instanceof RootEntry.Shown show) {
            show(path, show.writable(), show.required());
        } else {
            hide(path);
        }
    }

    private static boolean holdsDevices(String path, List<RootEntry> all) {
        for (RootEntry entry : all) {
            if (entry instanceof RootEntry.Device && entry.path().startsWith(path + "/")) {
                return true;
            }
        }
        return false;
    }

    private void makeAsOnHost(String path) throws SystemCallFailed {
        Optional<String> target = roots.readLink(path);
        if (target.isPresent()) {
            makeParents(path);
            roots.makeLink(target.get(), base + path);
        } else {
            show(path, false, false);
        }
    }

    private void showResolved(String path) throws SystemCallFailed {
        int source;
        try {
            source = roots.openResolved(path);
        } catch (SystemCallFailed e) {
            if (e.errno().equals("ENOENT")) {
                return;
            }
            throw e;
        }
        show(path, source, false);
    }

    private void show(String path, boolean writable, boolean required) throws SystemCallFailed {
        Optional<Integer> source = openIfThere(RootCalls.NOWHERE, path, required);
        if (source.isPresent()) {
            show(path, source.get(), writable);
        }
    }

    private void show(String path, int source, boolean writable) throws SystemCallFailed {
        if (!isShown(path)) {
            makeMountPoint(path, source);
        }
        attach(copy(source, writable ? SHOWN : SHOWN | RootCalls.READ_ONLY), openInside(path));
        hosts.put(path, true);
    }

    private void makeMountPoint(String path, int source) throws SystemCallFailed {
        if (roots.isDirectory(source)) {
            makeDirectories(path);
        } else {
            makeParents(path);
            roots.makeFile(base + path, "");
        }
    }

    private void mountOn(String path, String type, long flags, String options) throws SystemCallFailed {
        makeDirectories(path);
        int target = openInside(path);
        calls.mount(type, "/proc/thread-self/fd/" + target, type, flags, options);
        calls.close(target);
    }

    private void hide(String path) throws SystemCallFailed {
        Optional<Integer> target = openIfThere(root, path.substring(1), false);
        if (target.isPresent()) {
            if (openIfThere(root, NO_FILE.substring(1), false).isEmpty()) {
                makeDirectories(NOTHING);
                roots.makeFile(base + NO_FILE, "");
            }
            String over = roots.isDirectory(target.get()) ? NOTHING : NO_FILE;
            attach(copy(open(base + over), SHOWN | RootCalls.READ_ONLY), target.get());
        }
    }

    private void makeParents(String path) throws SystemCallFailed {
        makeDirectories(path.substring(0, path.lastIndexOf('/')));
    }

    /** Not beneath what is the host's: there it must be already. */
    private void makeDirectories(String path) throws SystemCallFailed {
        for (int end = path.indexOf('/', 1); !path.isEmpty(); end = path.indexOf('/', end + 1)) {
            String part = end < 0 ? path : path.substring(0, end);
            // each call is made by an interpreter of bytecode: 40 entries have many directories in common
            if (!made.contains(part) && !isShown(part)) {
                roots.makeDirectory(base + part, DIRECTORY_MODE);
                made.add(part);
            }
            if (end < 0) {
                return;
            }
        }
    }

    /** Whether it lies in what is the host's, and not in a file system of ours on that. */
    private boolean isShown(String path) {
        String above = path;
        while (!hosts.containsKey(above)) {
            above = above.substring(0, above.lastIndexOf('/'));
        }
        return hosts.get(above);
    }

    /** Of what a descriptor names, which is closed. */
    private int copy(int source, long attributes) throws SystemCallFailed {
        int tree = roots.copyTree(source);
        calls.close(source);
        roots.setMountAttributes(tree, attributes);
        return tree;
    }

    private void attach(int tree, int target) throws SystemCallFailed {
        roots.attachTree(tree, target);
        calls.close(tree);
        calls.close(target);
    }

    private int open(String path) throws SystemCallFailed {
        return roots.openPath(RootCalls.NOWHERE, path);
    }

    private int openInside(String path) throws SystemCallFailed {
        return roots.openPath(root, path.substring(1));
    }

    private Optional<Integer> openIfThere(int directory, String path, boolean required) throws SystemCallFailed {
        try {
            return Optional.of(roots.openPath(directory, path));
        } catch (SystemCallFailed e) {
            if (!required && e.errno().equals("ENOENT")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
