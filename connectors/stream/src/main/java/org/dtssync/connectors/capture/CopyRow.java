package org.dtssync.connectors.capture;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A row as {@code COPY TO STDOUT} prints it. Stateless. */
final class CopyRow {

    private CopyRow() {}

    /** Returns the texts of its values; null for NULL. */
    static @Nullable String[] texts(byte[] line, int columns) {
        @Nullable String[] texts = new String[columns];
        int end = line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
        int from = 0;
        for (int i = 0; i < columns; i++) {
            int to = from;
            boolean escaped = false;
            while (to < end && line[to] != '\t') {
                escaped |= line[to] == '\\';
                to++;
            }
            texts[i] = escaped ? unescaped(line, from, to) : new String(line, from, to - from, StandardCharsets.UTF_8);
            from = to + 1;
        }
        return texts;
    }

    private static @Nullable String unescaped(byte[] line, int from, int to) {
        if (to - from == 2 && line[from] == '\\' && line[from + 1] == 'N') {
            return null;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            bytes.write(line[i] == '\\' ? meaning(line[++i]) : line[i]);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static byte meaning(byte escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0b;
            default -> escaped;
        };
    }
}
