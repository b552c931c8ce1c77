package org.dtssync.connectors.postgres;

import java.util.Collection;
import java.util.stream.Collectors;

/** Puts names and texts into SQL so that no character of theirs can be read as SQL. */
public final class Identifiers {

    private Identifiers() {}

    /** Returns the name in double quotes. */
    public static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Returns the names quoted and separated by commas. */
    public static String quoteAll(Collection<String> names) {
        return names.stream().map(Identifiers::quote).collect(Collectors.joining(", "));
    }

    /** Returns the text as a string literal that is read the same whatever {@code standard_conforming_strings} is. */
    public static String literal(String text) {
        String doubled = text.replace("'", "''");
        return doubled.indexOf('\\') < 0 ? "'" + doubled + "'" : " E'" + doubled.replace("\\", "\\\\") + "'";
    }
}
