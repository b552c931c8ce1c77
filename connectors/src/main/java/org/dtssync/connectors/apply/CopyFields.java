package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.List;

/** Reads one line of COPY's text format. Stateless. */
final class CopyFields {

    private CopyFields() {}

    /** Returns the fields of the first line, null for NULL. */
    static Object[] parse(String line) {
        List<Object> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean isNull = false;
        int i = 0;
        for (; i < line.length() && line.charAt(i) != '\n'; i++) {
            char c = line.charAt(i);
            if (c == '\t') {
                fields.add(isNull ? null : field.toString());
                field.setLength(0);
                isNull = false;
            } else if (c != '\\') {
                field.append(c);
            } else {
                char next = line.charAt(++i);
                isNull = next == 'N' && field.isEmpty();
                field.append(unescape(next));
            }
        }
        fields.add(isNull ? null : field.toString());
        return fields.toArray();
    }

    private static char unescape(char c) {
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'v' -> '\u000B';
            default -> c;
        };
    }
}
