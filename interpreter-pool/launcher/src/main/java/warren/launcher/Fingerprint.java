package warren.launcher;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells launch plans apart over restarts of the launcher: the same for equal records, whatever the order that this
 * JVM keeps their sets and maps in.
 */
final class Fingerprint {
    private Fingerprint() { }

    /** @param parts records, collections and plain values */
    static String of(Object... parts) {
        try {
            byte[] text = canonical(List.of(parts)).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String canonical(Object value) {
        return switch (value) {
            case Record record -> record.getClass().getSimpleName() + fields(record);
            case Map<?, ?> map -> sorted(map.entrySet().stream()
                .map(entry -> canonical(entry.getKey()) + "=" + canonical(entry.getValue())).toList());
            case Set<?> set -> sorted(each(set));
            case Collection<?> list -> each(list).toString();
            default -> value.toString().length() + ":" + value;
        };
    }

    private static List<String> each(Collection<?> values) {
        return values.stream().map(Fingerprint::canonical).toList();
    }

    private static String sorted(List<String> texts) {
        return texts.stream().sorted().toList().toString();
    }

    private static String fields(Record record) {
        StringBuilder fields = new StringBuilder("{");
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                fields.append(component.getName()).append('=').append(canonical(component.getAccessor().invoke(record)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a record's own field cannot be read", e);
            }
        }
        return fields.append('}').toString();
    }
}
