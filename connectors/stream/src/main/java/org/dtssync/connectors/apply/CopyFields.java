package org.dtssync.connectors.apply;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one line of COPY's text format, in UTF-8. Stateless. */
final class CopyFields {

    private CopyFields() {}

    /**
     * Returns the fields of the first line, null for NULL.
     *
     * @param line is used up: escapes are taken out in place, since a field may be many megabytes
     */
    static Object[] parse(byte[] line) {
        List<Object> fields = new ArrayList<>();
        int start = 0;
        int end = 0;
        boolean isNull = false;
        int i = 0;
        for (; i < line.length && line[i] != '\n'; i++) {
            byte b = line[i];
            if (b == '\t') {
                fields.add(field(line, start, end, isNull));
                start = i + 1;
                end = start;
                isNull = false;
            } else if (b != '\\') {
                line[end++] = b;
            } else {
                byte next = line[++i];
                isNull = next == 'N' && end == start;
                line[end++] = unescape(next);
            }
        }
        fields.add(field(line, start, end, isNull));
        return fields.toArray();
    }

    private static @Nullable String field(byte[] line, int start, int end, boolean isNull) {
        return isNull ? null : new String(line, start, end - start, StandardCharsets.UTF_8);
    }

    private static byte unescape(byte b) {
        return switch (b) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000B';
            default -> b;
        };
    }
}
