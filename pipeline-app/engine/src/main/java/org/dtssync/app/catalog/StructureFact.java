package org.dtssync.app.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One fact of a table's structure. Facts are kept as text: a JSON array of four strings a line, sorted, so that two texts of
 * one structure are equal and a person can read what was recorded.
 *
 * @param kind of what: table, column, partition, enum, composite, domain or range
 * @param name its name; empty for the table itself
 * @param property which property of it
 * @param value the property's value as SQL prints it
 */
record StructureFact(String kind, String name, String property, String value) {

    private static final Comparator<StructureFact> ORDER = Comparator.comparing(StructureFact::kind)
            .thenComparing(StructureFact::name)
            .thenComparing(StructureFact::property)
            .thenComparing(StructureFact::value);

    /** Never changed, and costly to make: there is one text a table. */
    private static final JsonMapper JSON = new JsonMapper();

    /** Returns the facts as text. */
    static String print(Collection<StructureFact> facts) {
        return facts.stream().sorted(ORDER).map(StructureFact::line).collect(Collectors.joining("\n"));
    }

    /** Reverses {@link #print}. */
    static List<StructureFact> parse(String text) {
        return text.lines().map(StructureFact::of).toList();
    }

    private String line() {
        try {
            return JSON.writeValueAsString(List.of(kind, name, property, value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Four texts could not be written as JSON", e);
        }
    }

    private static StructureFact of(String line) {
        try {
            String[] parts = JSON.readValue(line, String[].class);
            if (parts.length != 4) {
                throw new IllegalArgumentException("A line of a recorded structure has " + Arrays.toString(parts));
            }
            return new StructureFact(parts[0], parts[1], parts[2], parts[3]);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("A line of a recorded structure is not what was written", e);
        }
    }
}
