package org.dtssync.app.base;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and writes lines of COPY's text. Rules of the format: PostgreSQL manual, COPY, "Text Format". Stateless. */
public final class CopyLine {

    private CopyLine() {}

    /** Returns the fields of a line without its end, null for NULL. */
    public static @Nullable String[] fields(byte[] line, int length) {
        List<@Nullable String> fields = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= length; i++) {
            if (i == length || line[i] == '\t') {
                fields.add(field(line, start, i));
                start = i + 1;
            }
        }
        return fields.toArray(new String[0]);
    }

    private static @Nullable String field(byte[] line, int start, int end) {
        if (end - start == 2 && line[start] == '\\' && line[start + 1] == 'N') {
            return null;
        }
        byte[] plain = new byte[end - start];
        int length = 0;
        for (int i = start; i < end; i++) {
            plain[length++] = line[i] == '\\' ? unescaped(line[++i]) : line[i];
        }
        return new String(plain, 0, length, StandardCharsets.UTF_8);
    }

    private static byte unescaped(byte letter) {
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> 0x0B;
            default -> letter;
        };
    }

    /** Returns a line without its end, exactly as the server prints it. */
    public static byte[] of(@Nullable String[] fields) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            if (i > 0) {
                line.append('\t');
            }
            append(line, fields[i]);
        }
        return line.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder line, @Nullable String field) {
        if (field == null) {
            line.append("\\N");
            return;
        }
        for (int i = 0; i < field.length(); i++) {
            char letter = field.charAt(i);
            switch (letter) {
                case '\\' -> line.append("\\\\");
                case '\b' -> line.append("\\b");
                case '\f' -> line.append("\\f");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                case 0x0B -> line.append("\\v");
                default -> line.append(letter);
            }
        }
    }
}
