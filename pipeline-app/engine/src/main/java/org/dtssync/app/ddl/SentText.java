package org.dtssync.app.ddl;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is sent of a client's message: the statements that may have changed the structure. Others, which can hold rows or passwords, stay at the source.
 * Stateless.
 */
public final class SentText {

    private static final Set<String> VERBS =
            Set.of("CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "REFRESH", "SECURITY", "IMPORT");

    /** What belongs to the whole server, and what may hold a password. */
    private static final Set<String> LEFT_OUT = Set.of(
            "ROLE", "USER", "GROUP", "DATABASE", "SYSTEM", "TABLESPACE", "SUBSCRIPTION", "SERVER", "USER MAPPING");

    private SentText() {}

    /**
     * Returns the statements of a message that are sent.
     *
     * @param standardStrings the setting {@code standard_conforming_strings} under which it was run
     */
    public static String of(String message, boolean standardStrings) {
        return SqlStatement.split(message, standardStrings).stream()
                .filter(statement -> isSent(statement.tag()))
                .map(SqlStatement::text)
                .collect(Collectors.joining(";\n"));
    }

    private static boolean isSent(String tag) {
        int end = tag.indexOf(' ');
        String verb = end < 0 ? tag : tag.substring(0, end);
        String kind = end < 0 ? "" : tag.substring(end + 1);
        return (VERBS.contains(verb) && !LEFT_OUT.contains(kind)) || tag.equals("SELECT INTO");
    }
}
