package org.dtssync.connectors.apply;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Builds the text of {@code COPY ... FROM STDIN}, in UTF-8.
 *
 * <p>Rules of the format: PostgreSQL manual, COPY, "Text Format". Not thread-safe.
 */
final class CopyText {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** Long texts are escaped in slices, so that not all of the room they would take at worst is held. */
    private static final int SLICE = 1 << 16;

    /** Where values are many megabytes, half as much again would be more than there is. */
    private static final int LARGEST_GROWTH = 16 << 20;

    private byte[] bytes = new byte[1 << 16];
    private int length;

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** Appends a field that needs no escape. */
    void raw(String text) {
        ensure(text.length());
        for (int i = 0; i < text.length(); i++) {
            bytes[length++] = (byte) text.charAt(i);
        }
    }

    void tab() {
        ensure(1);
        bytes[length++] = '\t';
    }

    void endRow() {
        ensure(1);
        bytes[length++] = '\n';
    }

    void nul() {
        ensure(2);
        bytes[length++] = '\\';
        bytes[length++] = 'N';
    }

    /** Appends a value as PostgreSQL reads it, or NULL. */
    void value(Object value) {
        if (value == null) {
            nul();
        } else if (value instanceof String text) {
            escaped(text);
        } else if (value instanceof byte[] binary) {
            hex(binary);
        } else if (value instanceof Boolean bool) {
            raw(bool ? "t" : "f");
        } else {
            raw(value.toString());
        }
    }

    private void escaped(String text) {
        int start = length;
        for (int from = 0; from < text.length(); from += SLICE) {
            int to = Math.min(text.length(), from + SLICE);
            ensure(2 * (to - from));
            for (int i = from; i < to; i++) {
                char c = text.charAt(i);
                if (c >= 0x80) {
                    length = start;
                    escapedWide(text);
                    return;
                }
                ascii((byte) c);
            }
        }
    }

    private void escapedWide(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < utf8.length; from += SLICE) {
            int to = Math.min(utf8.length, from + SLICE);
            ensure(2 * (to - from));
            for (int i = from; i < to; i++) {
                ascii(utf8[i]);
            }
        }
    }

    /** Bytes of a multi-byte character are above 0x7F and never one of these. */
    private void ascii(byte b) {
        switch (b) {
            case '\\' -> escape('\\');
            case '\t' -> escape('t');
            case '\n' -> escape('n');
            case '\r' -> escape('r');
            default -> bytes[length++] = b;
        }
    }

    private void escape(char c) {
        bytes[length++] = '\\';
        bytes[length++] = (byte) c;
    }

    private void hex(byte[] binary) {
        ensure(3 + 2 * binary.length);
        bytes[length++] = '\\';
        bytes[length++] = '\\';
        bytes[length++] = 'x';
        for (byte b : binary) {
            bytes[length++] = HEX[(b >> 4) & 0xF];
            bytes[length++] = HEX[b & 0xF];
        }
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            int growth = Math.min(bytes.length >> 1, LARGEST_GROWTH);
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), bytes.length + growth));
        }
    }
}
