package org.dtssync.connectors.values;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * {@code timestamp with time zone}, as ISO 8601 in UTC.
 *
 * @param digits how many digits its fractions have
 */
record ZonedForm(int digits) implements ValueForm {

    static final String NAME = "io.debezium.time.ZonedTimestamp";

    /** A time stamp with a year of four digits, 0 standing for any digit. */
    private static final String PATTERN = "0000-00-00 00:00:00.";

    /** Where its date ends, its seconds, and the point of its fraction. */
    private static final int DATE = 10;

    private static final int SECONDS = 19;

    private static final int FRACTION = 20;

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
        String iso = ofUsual(text);
        if (iso != null) {
            return iso;
        }
        long micros = CivilTime.timestamp(text, ZONE);
        return micros == CivilTime.REFUSED ? null : CivilTime.iso(micros, digits);
    }

    /** Most have a year of four digits: their characters are moved, and nothing is calculated. Returns null of any other. */
    private @Nullable String ofUsual(String text) {
        int end = text.length() - ZONE.length();
        int fraction = end - FRACTION;
        if (end < SECONDS || fraction == 0 || fraction > digits || !text.endsWith(ZONE)) {
            return null;
        }
        for (int i = 0; i < end; i++) {
            char expected = i < PATTERN.length() ? PATTERN.charAt(i) : '0';
            char c = text.charAt(i);
            if (expected == '0' ? c < '0' || c > '9' : c != expected) {
                return null;
            }
        }
        if (fraction > 0 && text.charAt(end - 1) == '0') {
            return null;
        }
        byte[] iso = new byte[digits > 0 ? FRACTION + digits + 1 : SECONDS + 1];
        for (int i = 0; i < iso.length - 1; i++) {
            iso[i] = i < end ? (byte) text.charAt(i) : (byte) '0';
        }
        iso[DATE] = 'T';
        if (digits > 0) {
            iso[SECONDS] = '.';
        }
        iso[iso.length - 1] = 'Z';
        return new String(iso, StandardCharsets.ISO_8859_1);
    }

    /** Reverses {@link #ofUsual}. */
    private static String textOfUsual(String iso) {
        int end = iso.length() - 1;
        if (end > SECONDS) {
            while (iso.charAt(end - 1) == '0') {
                end--;
            }
            if (iso.charAt(end - 1) == '.') {
                end--;
            }
        }
        byte[] text = new byte[end + ZONE.length()];
        for (int i = 0; i < end; i++) {
            text[i] = (byte) iso.charAt(i);
        }
        text[DATE] = ' ';
        for (int i = 0; i < ZONE.length(); i++) {
            text[end + i] = (byte) ZONE.charAt(i);
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static boolean isInfinite(String text) {
        return text.endsWith("infinity");
    }

    /** A year that 64 bits of microseconds do not hold: it can be read, if not calculated with. */
    @Override
    public Object instead(String text) {
        int blank = text.indexOf(' ');
        return blank < 0
                ? text
                : "+" + text.substring(0, blank) + "T"
                        + text.substring(blank + 1).replace(ZONE, "Z");
    }

    @Override
    public Object empty() {
        return CivilTime.iso(0, digits);
    }

    @Override
    public String text(Object value) {
        String iso = (String) value;
        if (isInfinite(iso)) {
            return iso;
        }
        // The year 0000 is the one before 0001.
        boolean usual = iso.length() > SECONDS && iso.charAt(DATE) == 'T' && !iso.startsWith("0000");
        return usual ? textOfUsual(iso) : CivilTime.timestamp(CivilTime.ofIso(iso), ZONE);
    }
}
