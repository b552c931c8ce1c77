package org.dtssync.connectors.apply;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Writes the text of {@code COPY ... FROM STDIN}, in UTF-8, through a small buffer: a batch of rows as text may exceed the memory
 * many times.
 *
 * <p>Rules of the format: PostgreSQL manual, COPY, "Text Format". Not thread-safe.
 */
final class CopyText {

    /** Receives the text. */
    interface Sink {
        /** Takes the first bytes of an array, which is used again afterwards. */
        void write(byte[] bytes, int length) throws SQLException;
    }

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private static final int BUFFER_BYTES = 1 << 16;

    /** Longer texts are escaped in slices of so many characters, each of which fits the buffer at worst. */
    private static final int SLICE = BUFFER_BYTES / 4;

    private final Sink sink;
    private final byte[] bytes = new byte[BUFFER_BYTES];
    private int length;

    CopyText(Sink sink) {
        this.sink = sink;
    }

    /** Flushes the buffer; call at the end. */
    void flush() throws SQLException {
        if (length > 0) {
            sink.write(bytes, length);
            length = 0;
        }
    }

    /** Appends a field that needs no escape. */
    void raw(String text) throws SQLException {
        for (int from = 0; from < text.length(); from += SLICE) {
            int to = Math.min(text.length(), from + SLICE);
            ensure(to - from);
            for (int i = from; i < to; i++) {
                bytes[length++] = (byte) text.charAt(i);
            }
        }
    }

    void tab() throws SQLException {
        ensure(1);
        bytes[length++] = '\t';
    }

    void endRow() throws SQLException {
        ensure(1);
        bytes[length++] = '\n';
    }

    void nul() throws SQLException {
        ensure(2);
        bytes[length++] = '\\';
        bytes[length++] = 'N';
    }

    /** Appends a value as PostgreSQL reads it, or NULL. */
    void value(@Nullable Object value) throws SQLException {
        if (value == null) {
            nul();
        } else if (value instanceof String text) {
            part(text);
        } else if (value instanceof byte[] binary) {
            hex(binary);
        } else if (value instanceof Boolean bool) {
            raw(bool ? "t" : "f");
        } else {
            raw(value.toString());
        }
    }

    /** Appends a part of a field; a part may not end between the two halves of a character. */
    void part(String text) throws SQLException {
        for (int from = 0; from < text.length(); ) {
            int to = end(text, from);
            ensure(3 * (to - from));
            int at = length;
            for (int i = from; i < to; i++) {
                char c = text.charAt(i);
                if (c >= 0x80) {
                    length = at;
                    wide(text, i, to);
                    at = length;
                    break;
                }
                at = ascii((byte) c, at);
            }
            length = at;
            from = to;
        }
    }

    /** A slice does not end between the two halves of a character. */
    private static int end(String text, int from) {
        int end = from + SLICE;
        if (end >= text.length()) {
            return text.length();
        }
        return Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    }

    private void wide(String text, int from, int to) {
        int at = length;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                at = ascii((byte) c, at);
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xC0 | (c >> 6));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                int point = Character.toCodePoint(c, text.charAt(++i));
                bytes[at++] = (byte) (0xF0 | (point >> 18));
                bytes[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                bytes[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (point & 0x3F));
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException("half a character");
            } else {
                bytes[at++] = (byte) (0xE0 | (c >> 12));
                bytes[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            }
        }
        length = at;
    }

    /** Bytes of a multi-byte character are above 0x7F and never one of these. */
    private int ascii(byte b, int at) {
        switch (b) {
            case '\\' -> {
                return escape('\\', at);
            }
            case '\t' -> {
                return escape('t', at);
            }
            case '\n' -> {
                return escape('n', at);
            }
            case '\r' -> {
                return escape('r', at);
            }
            default -> {
                bytes[at] = b;
                return at + 1;
            }
        }
    }

    private int escape(char c, int at) {
        bytes[at] = '\\';
        bytes[at + 1] = (byte) c;
        return at + 2;
    }

    private void hex(byte[] binary) throws SQLException {
        ensure(3);
        bytes[length++] = '\\';
        bytes[length++] = '\\';
        bytes[length++] = 'x';
        for (int from = 0; from < binary.length; from += SLICE) {
            int to = Math.min(binary.length, from + SLICE);
            ensure(2 * (to - from));
            for (int i = from; i < to; i++) {
                bytes[length++] = HEX[(binary[i] >> 4) & 0xF];
                bytes[length++] = HEX[binary[i] & 0xF];
            }
        }
    }

    private void ensure(int more) throws SQLException {
        if (length + more > bytes.length) {
            flush();
        }
    }
}
