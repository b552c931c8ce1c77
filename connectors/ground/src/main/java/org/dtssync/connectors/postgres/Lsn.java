package org.dtssync.connectors.postgres;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A position in a server's write-ahead log, a byte offset as an unsigned 64-bit number.
 *
 * @param value the offset in bytes, unsigned
 */
public record Lsn(long value) implements Comparable<Lsn> {

    /** The position before every other one; PostgreSQL uses it for "none". */
    public static final Lsn ZERO = new Lsn(0);

    private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f]{1,8})/([0-9A-Fa-f]{1,8})");

    /**
     * Reads PostgreSQL's text form {@code X/Y}.
     *
     * @throws IllegalArgumentException if the text is not an LSN
     */
    public static Lsn parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not an LSN");
        }
        long high = Long.parseLong(matcher.group(1), 16);
        long low = Long.parseLong(matcher.group(2), 16);
        return new Lsn((high << 32) | low);
    }

    /** Reads a nullable text form, giving null for null. */
    public static @Nullable Lsn parseOrNull(@Nullable String text) {
        return text == null ? null : parse(text);
    }

    /** Returns whether this position is at or behind the other in the log, that is, already covers it. */
    public boolean reached(Lsn other) {
        return compareTo(other) >= 0;
    }

    /** Returns the later of two positions. */
    public static Lsn max(Lsn a, Lsn b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    /** Returns how many bytes of WAL lie between an earlier position and this one; negative if it is later. */
    public long minus(Lsn earlier) {
        return value - earlier.value;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toHexString(value >>> 32).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Long.toHexString(value & 0xFFFFFFFFL).toUpperCase(java.util.Locale.ROOT);
    }
}
