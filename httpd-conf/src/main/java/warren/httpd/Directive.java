package warren.httpd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One directive or section of httpd's configuration, after Include, Define, conditional sections and macros. A section
 * holds those inside it.
 */
public final class Directive {
    private static final List<String> NOT_SPLIT = new ArrayList<>(0);
    private final String name;
    private final String key;
    private final String raw;
    private final boolean section;
    private final Block block;
    private final Place place;
    private final Optional<Place> use;
    private final List<Directive> children;
    private List<String> arguments = NOT_SPLIT;

    Directive(String name, String raw, boolean section, Block block, Place place, Optional<Place> use) {
        this.name = name;
        this.key = name.toLowerCase(Locale.ROOT);
        this.raw = raw;
        this.section = section;
        this.block = block;
        this.place = place;
        this.use = use;
        this.children = section ? new ArrayList<>() : List.of();
    }

    /** The name as written, of a section without its {@code <}. */
    public String name() {
        return name;
    }

    /** Whether it has this name; case does not matter to httpd. */
    public boolean is(String other) {
        return key.length() == other.length() && key.equals(other.toLowerCase(Locale.ROOT));
    }

    /** The name in lower case. */
    String key() {
        return key;
    }

    /** What follows the name, variables replaced, of a section without its {@code >}. */
    public String raw() {
        return raw;
    }

    /** The arguments without quotes; split when they are first asked for, for most of httpd's never are. */
    public List<String> arguments() {
        if (arguments == NOT_SPLIT) {
            arguments = List.copyOf(Words.split(raw));
        }
        return arguments;
    }

    /** An argument, or the empty string where there are not so many. */
    String argument(int index) {
        return index < arguments().size() ? arguments().get(index) : "";
    }

    public boolean isSection() {
        return section;
    }

    /** Whether httpd reads it, rather than skipping it in a section of ours. */
    public boolean isSeenByHttpd() {
        return block.seenByHttpd();
    }

    /** Whether it is for Warren: it stands in {@code <IfModule mod_warren.c>}, or is a Perl directive in mod_perl's. */
    public boolean isOurs() {
        return block == Block.WARREN || (block != Block.HTTPD && key.startsWith("perl"));
    }

    /** Where it stands; a macro's line stands in the macro's definition. */
    public Place place() {
        return place;
    }

    /** The outermost {@code Use} that brought it, where one did. */
    public Optional<Place> use() {
        return use;
    }

    /** The place to name in a problem: what the administrator wrote himself, hence the {@code Use} of a macro. */
    public Place reportedAt() {
        return use.orElse(place);
    }

    /** What stands in the section. */
    public List<Directive> children() {
        return Collections.unmodifiableList(children);
    }

    void add(Directive child) {
        children.add(child);
    }

    @Override
    public String toString() {
        return (section ? "<" + name + " " + raw + ">" : name + " " + raw).strip();
    }
}
