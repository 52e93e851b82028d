package warren.plugin.quotas;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import warren.plugin.Directive;
import warren.plugin.DirectiveRule;
import warren.plugin.LaunchStep;
import warren.plugin.LaunchStep.Quota;
import warren.plugin.LimitInForce;

/**
 * A limit that a directive sets.
 *
 * @param directive its name
 * @param form how its value is written
 * @param least smallest value that makes sense
 * @param most largest value
 * @param word the value that is no number, if there is one
 * @param usual what holds where nothing is said, in the form of a configuration
 * @param parts into so many WarrenMemoryMax is divided, of which what holds where nothing is said is at most one; 0 where that does not matter
 * @param quota what of the quota group it limits; empty for one of each process
 */
record Limit(String directive, Form form, long least, long most, Word word, String usual, int parts, Optional<Quota> quota) {
    static final long AS_NICE = -1;
    private static final long MEGABYTE = 1L << 20;
    private static final long MOST_BYTES = 1L << 50;
    private static final long MOST_NUMBER = 1_000_000;
    /** A perl with the runtime and one interpreter run in 12 MB. */
    private static final long LEAST_MEMORY = 16 * MEGABYTE;

    static final Limit MEMORY = size("WarrenMemoryMax", LEAST_MEMORY, "512M").of(Quota.MEMORY_BYTES);
    static final Limit MEMORY_HIGH = size("WarrenMemoryHigh", LEAST_MEMORY, "none").of(Quota.MEMORY_HIGH_BYTES);
    static final Limit PROCESSES = number("WarrenProcessesMax", 4, "128").of(Quota.PROCESSES);
    static final Limit CPU_WEIGHT = always("WarrenCpuWeight", 1, 10_000, "100").of(Quota.CPU_WEIGHT);
    static final Limit CPU =
        new Limit("WarrenCpuMax", Form.PERCENT, 1, 100_000, Word.NONE, "none", 0, Optional.of(Quota.CPU_PERCENT));
    static final Limit IO_READ = size("WarrenIoReadMax", MEGABYTE >> 4, "none").of(Quota.IO_READ_BYTES);
    static final Limit IO_WRITE = size("WarrenIoWriteMax", MEGABYTE >> 4, "none").of(Quota.IO_WRITE_BYTES);
    static final Limit IO_READ_OPERATIONS =
        number("WarrenIoReadOperationsMax", 10, "none").of(Quota.IO_READ_OPERATIONS);
    static final Limit IO_WRITE_OPERATIONS =
        number("WarrenIoWriteOperationsMax", 10, "none").of(Quota.IO_WRITE_OPERATIONS);
    static final Limit OPEN_FILES = always("WarrenOpenFilesMax", 32, MOST_NUMBER, "1024");
    static final Limit FILE_SIZE = size("WarrenFileSizeMax", MEGABYTE, "2G");
    static final Limit ADDRESS_SPACE = size("WarrenAddressSpaceMax", 4 * LEAST_MEMORY, "none");
    static final Limit CORE =
        new Limit("WarrenCoreMax", Form.SIZE, MEGABYTE, MOST_BYTES, Word.OFF, "off", 0, Optional.empty());
    static final Limit NICE = always("WarrenNice", 0, 19, "0");
    static final Limit IO_PRIORITY = new Limit("WarrenIoPriority", Form.NUMBER, 0, 7, Word.NICE, "nice", 0, Optional.empty());
    static final Limit TEMPORARY = size("WarrenTmpMax", MEGABYTE, "128M").atMostOfMemory(4);
    static final Limit TEMPORARY_FILES = number("WarrenTmpFilesMax", 100, "10000");
    static final Limit SHARED_MEMORY = size("WarrenShmMax", MEGABYTE, "64M").atMostOfMemory(8);

    static final List<Limit> ALL = List.of(MEMORY, MEMORY_HIGH, PROCESSES, CPU_WEIGHT, CPU, IO_READ, IO_WRITE,
        IO_READ_OPERATIONS, IO_WRITE_OPERATIONS, OPEN_FILES, FILE_SIZE, ADDRESS_SPACE, CORE, NICE, IO_PRIORITY, TEMPORARY,
        TEMPORARY_FILES, SHARED_MEMORY);
    static final List<Limit> OF_GROUP = ALL.stream().filter(limit -> limit.quota.isPresent()).toList();

    private static Limit size(String directive, long least, String usual) {
        return new Limit(directive, Form.SIZE, least, MOST_BYTES, Word.NONE, usual, 0, Optional.empty());
    }

    private static Limit number(String directive, long least, String usual) {
        return new Limit(directive, Form.NUMBER, least, MOST_NUMBER, Word.NONE, usual, 0, Optional.empty());
    }

    /** A number without a word for having none. */
    private static Limit always(String directive, long least, long most, String usual) {
        return new Limit(directive, Form.NUMBER, least, most, Word.NOTHING, usual, 0, Optional.empty());
    }

    private Limit of(Quota groups) {
        return new Limit(directive, form, least, most, word, usual, 0, Optional.of(groups));
    }

    /** So that who fills it is told so by a write that fails: where it is memory that is out, processes end. */
    private Limit atMostOfMemory(int parts) {
        return new Limit(directive, form, least, most, word, usual, parts, quota);
    }

    /** Values that are no numbers. */
    enum Word {
        NOTHING("", 0),
        NONE("none", LaunchStep.SetLimit.UNLIMITED),
        OFF("off", 0),
        /** As the nice value has it. */
        NICE("nice", AS_NICE);

        private final String text;
        private final long value;

        Word(String text, long value) {
            this.text = text;
            this.value = value;
        }
    }

    DirectiveRule rule() {
        return new DirectiveRule(directive, 1, 1, expected(), arguments ->
            parse(arguments.get(0)).isPresent() ? Optional.empty() : Optional.of("\"" + arguments.get(0) + "\""));
    }

    private String expected() {
        return form.expected() + ", " + form.show(least) + " to " + form.show(most) + (word == Word.NOTHING ? "" : ", or " + word.text);
    }

    private OptionalLong parse(String text) {
        if (word != Word.NOTHING && text.equals(word.text)) {
            return OptionalLong.of(word.value);
        }
        OptionalLong value = form.parse(text);
        return value.isPresent() && value.getAsLong() >= least && value.getAsLong() <= most ? value : OptionalLong.empty();
    }

    /** What holds: the last one that is said, which is the virtual host's own where it says one. */
    long value(List<Directive> directives) {
        return parse(text(directives)).orElseThrow();
    }

    private String text(List<Directive> directives) {
        return said(directives).map(found -> found.arguments().get(0)).orElseGet(() -> usual(directives));
    }

    private String usual(List<Directive> directives) {
        long memory = parts == 0 ? LaunchStep.SetLimit.UNLIMITED : MEMORY.value(directives);
        long usually = parse(usual).orElseThrow();
        return memory == LaunchStep.SetLimit.UNLIMITED || memory / parts >= usually ? usual : form.show(memory / parts);
    }

    LimitInForce inForce(List<Directive> directives) {
        return new LimitInForce(directive, text(directives), said(directives));
    }

    Optional<Directive> said(List<Directive> directives) {
        return Directive.last(directive, directives);
    }
}
