package org.dtssync.app.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sentence and the fields of a log event. Our messages are written as {@code Table copied. table={} rows={}}: the fields are read from
 * the pattern and its arguments, so that a value with spaces or an equals sign stays one value.
 *
 * @param sentence the text without the fields
 * @param fields the fields in their order; a value is a string, a number, a boolean, or a collection or map of these
 */
record LogLine(String sentence, Map<String, Object> fields) {

    private static final String OURS = "org.dtssync.";
    private static final Pattern FIELD = Pattern.compile("([a-z][a-z0-9_]*)=(\\S*\\{}\\S*)");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,9})?");

    /** The last digits of 14.20 are no fraction. */
    private static final Set<String> VERSIONS = Set.of("pg_dump", "server", "version");

    private static final String PLACE = "{}";

    /** Reads an event. A library's message is one sentence without fields. */
    static LogLine of(ILoggingEvent event) {
        String pattern = event.getMessage();
        if (pattern == null || !event.getLoggerName().startsWith(OURS)) {
            return new LogLine(String.valueOf(event.getFormattedMessage()), Map.of());
        }
        Arguments arguments = new Arguments(event.getArgumentArray());
        StringBuilder sentence = new StringBuilder();
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String word : pattern.split(" ", -1)) {
            Matcher field = FIELD.matcher(word);
            if (field.matches()) {
                Object value = value(field.group(2), arguments);
                fields.put(field.group(1), VERSIONS.contains(field.group(1)) ? value.toString() : value);
            } else {
                sentence.append(' ').append(arguments.fill(word));
            }
        }
        return new LogLine(sentence.toString().strip(), fields);
    }

    private static Object value(String pattern, Arguments arguments) {
        if (pattern.equals(PLACE)) {
            Object value = arguments.next();
            if (value instanceof Number
                    || value instanceof Boolean
                    || value instanceof Collection
                    || value instanceof Map) {
                return value;
            }
            return typed(String.valueOf(value));
        }
        return typed(arguments.fill(pattern));
    }

    private static Object typed(String text) {
        return NUMBER.matcher(text).matches() ? new Raw(text) : text;
    }

    /**
     * A number as it was formatted.
     *
     * @param text a JSON number
     */
    private record Raw(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /** Returns whether a field's value is a JSON string. */
    static boolean isText(Object value) {
        return !(value instanceof Raw
                || value instanceof Boolean
                || (value instanceof Number number && Double.isFinite(number.doubleValue())));
    }

    /** The arguments of one event, taken from left to right. */
    private static final class Arguments {

        private final @Nullable Object[] values;
        private int taken;

        Arguments(@Nullable Object @Nullable [] values) {
            this.values = Objects.requireNonNullElseGet(values, () -> new Object[0]);
        }

        @Nullable
        Object next() {
            return taken < values.length ? values[taken++] : PLACE;
        }

        String fill(String pattern) {
            StringBuilder text = new StringBuilder();
            int from = 0;
            int place = pattern.indexOf(PLACE);
            while (place >= 0) {
                text.append(pattern, from, place).append(next());
                from = place + PLACE.length();
                place = pattern.indexOf(PLACE, from);
            }
            return text.append(pattern, from, pattern.length()).toString();
        }
    }
}
