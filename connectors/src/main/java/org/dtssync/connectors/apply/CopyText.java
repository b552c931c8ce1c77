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
        ensure(2 * text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                length = start;
                escapedWide(text);
                return;
            }
            ascii((byte) c);
        }
    }

    private void escapedWide(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ensure(2 * utf8.length);
        for (byte b : utf8) {
            ascii(b);
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
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), bytes.length + (bytes.length >> 1)));
        }
    }
}
