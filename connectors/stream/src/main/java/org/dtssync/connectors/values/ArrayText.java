package org.dtssync.connectors.values;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's text of arrays of one dimension whose elements are separated by commas. Stateless. */
final class ArrayText {

    private static final String NULL = "NULL";

    private ArrayText() {}

    /** Returns the elements, null for NULL; null if the array has bounds of its own or other arrays in it. */
    static @Nullable List<@Nullable String> elements(String text) {
        if (text.isEmpty() || text.charAt(0) != '{') {
            return null;
        }
        List<@Nullable String> elements = new ArrayList<>();
        int last = text.length() - 1;
        int at = 1;
        while (at < last) {
            if (text.charAt(at) == '{') {
                return null;
            }
            if (text.charAt(at) == '"') {
                StringBuilder element = new StringBuilder();
                at++;
                while (text.charAt(at) != '"') {
                    at += text.charAt(at) == '\\' ? 1 : 0;
                    element.append(text.charAt(at++));
                }
                at++;
                elements.add(element.toString());
            } else {
                int comma = text.indexOf(',', at);
                int end = comma < 0 ? last : comma;
                String element = text.substring(at, end);
                elements.add(element.equals(NULL) ? null : element);
                at = end;
            }
            at++;
        }
        return elements;
    }

    /** Appends an element as the server does. */
    static void append(StringBuilder text, @Nullable String element) {
        if (element == null) {
            text.append(NULL);
        } else if (isPlain(element)) {
            text.append(element);
        } else {
            text.append('"');
            for (int i = 0; i < element.length(); i++) {
                char c = element.charAt(i);
                if (c == '"' || c == '\\') {
                    text.append('\\');
                }
                text.append(c);
            }
            text.append('"');
        }
    }

    private static boolean isPlain(String element) {
        if (element.isEmpty() || element.equalsIgnoreCase(NULL)) {
            return false;
        }
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            boolean space = c == ' ' || (c >= '\t' && c <= '\r');
            if (space || c == '"' || c == '\\' || c == '{' || c == '}' || c == ',') {
                return false;
            }
        }
        return true;
    }
}
