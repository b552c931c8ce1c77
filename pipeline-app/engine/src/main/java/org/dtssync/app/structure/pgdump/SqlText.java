package org.dtssync.app.structure.pgdump;

import java.util.ArrayList;
import java.util.List;

/** Finds places in statements that PostgreSQL printed, outside of names, texts and parentheses. */
final class SqlText {

    private SqlText() {}

    /** Returns the statement without the semicolon and the blanks at its end. */
    static String withoutEnd(String sql) {
        int end = sql.length();
        while (end > 0 && (sql.charAt(end - 1) == ';' || Character.isWhitespace(sql.charAt(end - 1)))) {
            end--;
        }
        return sql.substring(0, end);
    }

    /** Returns where the first parenthesis opens, or -1 if none does. */
    static int opening(String sql) {
        for (int at = 0; at < sql.length(); at = next(sql, at)) {
            if (sql.charAt(at) == '(') {
                return at;
            }
        }
        return -1;
    }

    /** Returns where the parenthesis that opens at a place closes, or the end of the text. */
    static int closing(String sql, int opening) {
        int depth = 0;
        for (int at = opening; at < sql.length(); at = next(sql, at)) {
            if (sql.charAt(at) == '(') {
                depth++;
            } else if (sql.charAt(at) == ')' && --depth == 0) {
                return at;
            }
        }
        return sql.length();
    }

    /** Splits a text at separators outside of parentheses and brackets. */
    static List<String> split(String sql, String separator) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (depth == 0 && sql.startsWith(separator, at)) {
                parts.add(sql.substring(start, at));
                at += separator.length();
                start = at;
                continue;
            }
            if (c == '(' || c == '[') {
                depth++;
            } else if (c == ')' || c == ']') {
                depth--;
            }
            at = next(sql, at);
        }
        parts.add(sql.substring(start));
        return parts;
    }

    /** Returns a text without a part, where that ends a clause. */
    static String without(String sql, String part) {
        StringBuilder rest = new StringBuilder();
        int at = 0;
        while (at < sql.length()) {
            int end = at + part.length();
            if (sql.startsWith(part, at) && (end == sql.length() || ", \n)".indexOf(sql.charAt(end)) >= 0)) {
                at = end;
            } else {
                int next = next(sql, at);
                rest.append(sql, at, next);
                at = next;
            }
        }
        return rest.toString();
    }

    /** Returns the name at the beginning of a text, as it is written there. */
    static String leadingName(String sql) {
        if (sql.startsWith("\"")) {
            return sql.substring(0, quotedEnd(sql, 0, false));
        }
        int end = 0;
        while (end < sql.length()
                && (Character.isLetterOrDigit(sql.charAt(end)) || "_$".indexOf(sql.charAt(end)) >= 0)) {
            end++;
        }
        return sql.substring(0, end);
    }

    /** Returns a name as the catalog has it. */
    static String unquoted(String name) {
        return name.startsWith("\"") ? name.substring(1, name.length() - 1).replace("\"\"", "\"") : name;
    }

    /** Returns the place after the character, name in quotes or text that begins at a place. */
    private static int next(String sql, int at) {
        char c = sql.charAt(at);
        if (c == '"') {
            return quotedEnd(sql, at, false);
        }
        if (c == '\'') {
            boolean escapes = at > 0
                    && (sql.charAt(at - 1) == 'E' || sql.charAt(at - 1) == 'e')
                    && (at == 1 || !Character.isLetterOrDigit(sql.charAt(at - 2)));
            return quotedEnd(sql, at, escapes);
        }
        return at + 1;
    }

    private static int quotedEnd(String sql, int start, boolean escapes) {
        char quote = sql.charAt(start);
        int at = start + 1;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (escapes && c == '\\') {
                at += 2;
            } else if (c != quote) {
                at++;
            } else if (at + 1 < sql.length() && sql.charAt(at + 1) == quote) {
                at += 2;
            } else {
                return at + 1;
            }
        }
        return sql.length();
    }
}
