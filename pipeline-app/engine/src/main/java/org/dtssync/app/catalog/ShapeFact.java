package org.dtssync.app.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One fact of a table's shape. Facts are kept as text: one JSON array of four strings per line, sorted, so that two texts of
 * the same shape are equal and a person can read what was recorded.
 *
 * @param kind what it is about: table, column, partition, enum, composite, domain or range
 * @param name its name; empty for the table itself
 * @param property which property of it
 * @param value the property's value as SQL prints it
 */
record ShapeFact(String kind, String name, String property, String value) {

    private static final Comparator<ShapeFact> ORDER = Comparator.comparing(ShapeFact::kind)
            .thenComparing(ShapeFact::name)
            .thenComparing(ShapeFact::property)
            .thenComparing(ShapeFact::value);

    /** Of each name and value in a record of an earlier release. */
    static final int STORED_BYTES = 63;

    /** Never changed, and costly to create: there is one text per table. */
    private static final JsonMapper JSON = new JsonMapper();

    /** Returns the facts as text. */
    static String print(Collection<ShapeFact> facts) {
        return facts.stream().sorted(ORDER).map(ShapeFact::line).collect(Collectors.joining("\n"));
    }

    /** Reverses {@link #print}. */
    static List<ShapeFact> parse(String text) {
        return text.lines().map(ShapeFact::of).toList();
    }

    /**
     * Returns stored facts with their whole names and values. Earlier releases stored no more than 63 bytes of each; what agrees with the
     * beginning of a fact of now is taken for that fact.
     */
    static String completed(String stored, String now) {
        Map<ShapeFact, ShapeFact> whole = new HashMap<>();
        for (ShapeFact fact : parse(now)) {
            whole.put(fact.cut(), fact);
        }
        return print(parse(stored).stream()
                .map(fact -> whole.getOrDefault(fact, fact))
                .toList());
    }

    private ShapeFact cut() {
        return new ShapeFact(kind, cut(name), property, cut(value));
    }

    private static String cut(String text) {
        int bytes = 0;
        int at = 0;
        while (at < text.length()) {
            int next = text.offsetByCodePoints(at, 1);
            bytes += text.substring(at, next).getBytes(StandardCharsets.UTF_8).length;
            if (bytes > STORED_BYTES) {
                return text.substring(0, at);
            }
            at = next;
        }
        return text;
    }

    private String line() {
        try {
            return JSON.writeValueAsString(List.of(kind, name, property, value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Four texts could not be written as JSON", e);
        }
    }

    private static ShapeFact of(String line) {
        try {
            String[] parts = JSON.readValue(line, String[].class);
            if (parts.length != 4) {
                throw new IllegalArgumentException("A line of a recorded structure has " + Arrays.toString(parts));
            }
            return new ShapeFact(parts[0], parts[1], parts[2], parts[3]);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A line of a recorded structure is not what was written", e);
        }
    }
}
