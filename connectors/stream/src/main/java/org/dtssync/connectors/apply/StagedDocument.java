package org.dtssync.connectors.apply;

import java.sql.SQLException;
import java.util.HexFormat;

/**
 * Writes a stretch of a wide row as a JSON document into the text of a COPY, a little at a time: one of its values may be many
 * megabytes. Not thread-safe.
 */
final class StagedDocument {

    private static final int PART = 1 << 12;

    private final CopyText text;
    private final StringBuilder json = new StringBuilder();

    StagedDocument(CopyText text) {
        this.text = text;
    }

    /** Writes the columns from one index up to another; NULLs are left out. */
    void write(Object[] row, int from, int to) throws SQLException {
        json.append('{');
        boolean first = true;
        for (int c = from; c < to; c++) {
            if (row[c] != null) {
                json.append(first ? "\"c" : ", \"c").append(c).append("\": \"");
                value(row[c]);
                json.append('"');
                first = false;
            }
        }
        json.append('}');
        flush();
    }

    private void value(Object value) throws SQLException {
        if (value instanceof byte[] bytes) {
            hex(bytes);
        } else if (value instanceof Boolean bool) {
            json.append(bool ? 't' : 'f');
        } else {
            escaped(value.toString());
        }
    }

    private void hex(byte[] bytes) throws SQLException {
        json.append("\\\\x");
        for (int from = 0; from < bytes.length; from += PART) {
            json.append(HexFormat.of().formatHex(bytes, from, Math.min(bytes.length, from + PART)));
            flush();
        }
    }

    private void escaped(String value) throws SQLException {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                json.append(c);
            }
            if (json.length() >= PART && !Character.isHighSurrogate(c)) {
                flush();
            }
        }
    }

    private void flush() throws SQLException {
        text.part(json.toString());
        json.setLength(0);
    }
}
