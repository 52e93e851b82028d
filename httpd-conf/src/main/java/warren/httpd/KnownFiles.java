package warren.httpd;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the last reading found in which file, so that a reading for one virtual host can pass over the files of the
 * others. A file is passed over where it held whole virtual hosts and nothing else that anybody else could notice, none of
 * them is the one that is asked for, it has not changed, and everything that was said before it (macros, variables,
 * modules) stands in files that have not changed either. Where there is a doubt it is read. Not thread-safe.
 */
public final class KnownFiles {
    private final InstantSource clock;
    private Map<Path, Known> before = new HashMap<>();
    private Map<Path, Known> now = new HashMap<>();
    private final Deque<Entered> entered = new ArrayDeque<>();
    private Inodes inodes = new Inodes();
    private Instant began = Instant.EPOCH;
    private Optional<String> only = Optional.empty();
    /** Whether everything that was said so far stands as it stood at the last reading. */
    private boolean same;

    /**
     * @param signature empty where the file may have changed and look as it did
     * @param said how much had been said before it; of use with {@code hosts} alone
     * @param hosts the virtual hosts in it, where it holds nothing else
     */
    private record Known(Optional<FileSignature> signature, int said, Optional<Set<String>> hosts) { }

    private record Entered(Path file, Optional<FileSignature> signature, boolean unchanged) { }

    public KnownFiles() {
        this(InstantSource.system());
    }

    KnownFiles(InstantSource clock) {
        this.clock = clock;
    }

    /** A reading begins, of everything or for one virtual host alone. */
    void begin(Optional<String> virtualHost) {
        before = now;
        now = new HashMap<>();
        entered.clear();
        inodes = new Inodes();
        began = clock.instant();
        only = virtualHost;
        same = virtualHost.isPresent();
    }

    /** What the reading that has begun looks at. */
    Inodes inodes() {
        return inodes;
    }

    /** Whether this file may be passed over; it is remembered as it was then. */
    boolean passesOver(Path file, int said) {
        Known known = before.get(file);
        boolean passes = same && known != null && known.said == said && !now.containsKey(file)
            && known.hosts.filter(hosts -> !hosts.contains(only.orElseThrow())).isPresent()
            && entered.stream().allMatch(Entered::unchanged)
            && known.signature.isPresent() && known.signature.equals(inodes.signature(file));
        if (passes) {
            now.put(file, known);
        }
        return passes;
    }

    /** The file is about to be read; {@link #heldHosts} or {@link #heldMore} says what was in it. */
    void enters(Path file) {
        Optional<FileSignature> signature = inodes.signature(file).filter(found -> found.isSettled(began));
        Known known = before.get(file);
        boolean unchanged = known != null && signature.isPresent() && known.signature.equals(signature);
        same &= unchanged || known == null || known.hosts.isPresent();
        entered.push(new Entered(file, signature, unchanged));
    }

    /** The file held these virtual hosts and nothing else. */
    void heldHosts(int said, Set<String> hosts) {
        Entered left = entered.pop();
        remember(left, new Known(left.signature, said, Optional.of(Set.copyOf(hosts))));
    }

    /** The file held something that matters to what comes after it. */
    void heldMore() {
        Entered left = entered.pop();
        Known known = before.get(left.file);
        same &= left.unchanged && known.hosts.isEmpty();
        remember(left, new Known(left.signature, 0, Optional.empty()));
    }

    /** One that is read twice, with virtual hosts in it, is never passed over. */
    private void remember(Entered left, Known known) {
        now.merge(left.file, known, (first, second) -> new Known(
            first.signature.equals(second.signature) ? first.signature : Optional.empty(), 0, Optional.empty()));
    }
}
