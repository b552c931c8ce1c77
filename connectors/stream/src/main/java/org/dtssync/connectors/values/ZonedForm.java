package org.dtssync.connectors.values;

import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * {@code timestamp with time zone}, as ISO 8601 in UTC.
 *
 * @param digits how many digits its fractions have
 */
record ZonedForm(int digits) implements ValueForm {

    static final String NAME = "io.debezium.time.ZonedTimestamp";

    /** What the server prints with {@code TimeZone UTC}. */
    private static final String ZONE = "+00";

    @Override
    public SchemaBuilder schema() {
        return SchemaBuilder.string().name(NAME).version(1);
    }

    @Override
    public @Nullable Object value(String text) {
        if (isInfinite(text)) {
            return text;
        }
        long micros = CivilTime.timestamp(text, ZONE);
        return micros == CivilTime.REFUSED ? null : CivilTime.iso(micros, digits);
    }

    private static boolean isInfinite(String text) {
        return text.endsWith("infinity");
    }

    /** A year that 64 bits of microseconds do not hold: it can be read, if not calculated with. */
    @Override
    public Object instead(String text) {
        int blank = text.indexOf(' ');
        return blank < 0 ? text : "+" + text.substring(0, blank) + "T" + text.substring(blank + 1).replace(ZONE, "Z");
    }

    @Override
    public Object empty() {
        return CivilTime.iso(0, digits);
    }

    @Override
    public String text(Object value) {
        String iso = (String) value;
        return isInfinite(iso) ? iso : CivilTime.timestamp(CivilTime.ofIso(iso), ZONE);
    }
}
