package org.dtssync.app.state;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event of a task. Its texts contain no row value and no secret.
 *
 * @param kind phase, step, error, structure, correction, setting, command, verification or instance
 * @param subject what it is about: a phase, a step, a table, an object, a key
 * @param detail further figures and words by name
 * @param actor who caused it; null: the run itself
 * @param origin from where
 */
public record Event(
        String kind,
        String subject,
        Map<String, Object> detail,
        @Nullable String actor,
        String origin) {

    /** Copies the details in their order. */
    public Event {
        detail = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(detail));
    }

    /**
     * An event that the run itself caused.
     *
     * @param namesAndValues of its details, in turn
     */
    static Event byRun(String kind, String subject, @Nullable Object... namesAndValues) {
        return new Event(kind, subject, details(namesAndValues), null, "run");
    }

    /** An event that a person caused. */
    static Event by(Author author, String kind, String subject, @Nullable Object... namesAndValues) {
        return new Event(kind, subject, details(namesAndValues), author.name(), author.origin());
    }

    private static Map<String, Object> details(@Nullable Object... namesAndValues) {
        Map<String, Object> details = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            if (namesAndValues[i + 1] != null) {
                details.put((String) namesAndValues[i], namesAndValues[i + 1]);
            }
        }
        return details;
    }
}
