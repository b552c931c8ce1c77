package org.dtssync.app.structure.pgdump;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The definition of a table or a domain, and the checks that are taken out of it, since they are created after the load.
 *
 * @param definition the statements without those checks
 * @param checks the checks
 * @param required columns, as they are written, that a clause of their own without a name declares NOT NULL
 */
record CheckedDefinition(String definition, List<Check> checks, List<String> required) {

    /**
     * A check.
     *
     * @param name its name
     * @param clause the clause with its name, as {@code ADD} takes it
     */
    record Check(String name, String clause) {}

    private static final String CONSTRAINT = "CONSTRAINT ";
    private static final String NOT_NULL = "NOT NULL ";
    private static final String DOMAIN_CONSTRAINT = "\n\t" + CONSTRAINT;

    CheckedDefinition {
        checks = List.copyOf(checks);
        required = List.copyOf(required);
    }

    /** Takes all checks out of the statements that create a table. */
    static CheckedDefinition ofTable(String sql) {
        int open = SqlText.opening(sql);
        int close = open < 0 ? -1 : SqlText.closing(sql, open);
        if (open < 0 || close >= sql.length()) {
            return new CheckedDefinition(sql, List.of(), List.of());
        }
        List<String> kept = new ArrayList<>();
        List<Check> checks = new ArrayList<>();
        List<String> required = new ArrayList<>();
        for (String item : SqlText.split(sql.substring(open + 1, close), ",")) {
            String text = item.strip();
            if (isCheck(text)) {
                checks.add(check(text));
            } else if (text.startsWith(NOT_NULL)) {
                required.add(text.substring(NOT_NULL.length()));
            } else if (!text.isEmpty()) {
                kept.add(text);
            }
        }
        if (checks.isEmpty() && required.isEmpty()) {
            return new CheckedDefinition(sql, List.of(), List.of());
        }
        String before = sql.substring(0, open);
        String list = kept.isEmpty() ? "(\n)" : "(\n    " + String.join(",\n    ", kept) + "\n)";
        // A table of a type may have no list, but never an empty one.
        boolean isTyped = before.matches("(?s).*\\sOF\\s.*") && kept.isEmpty();
        return new CheckedDefinition(
                (isTyped ? before.stripTrailing() : before + list) + sql.substring(close + 1), checks, required);
    }

    /** Takes checks of some names out of the statement that creates a domain. */
    static CheckedDefinition ofDomain(String sql, Set<String> names) {
        List<String> parts = SqlText.split(sql, DOMAIN_CONSTRAINT);
        StringBuilder definition = new StringBuilder(parts.get(0));
        List<Check> checks = new ArrayList<>();
        for (String part : parts.subList(1, parts.size())) {
            String clause = CONSTRAINT + SqlText.withoutEnd(part);
            if (isCheck(clause) && names.contains(check(clause).name())) {
                checks.add(check(clause));
            } else {
                definition.append(DOMAIN_CONSTRAINT).append(part);
            }
        }
        return new CheckedDefinition(definition.toString(), checks, List.of());
    }

    private static boolean isCheck(String item) {
        if (!item.startsWith(CONSTRAINT)) {
            return false;
        }
        String rest = item.substring(CONSTRAINT.length());
        return rest.substring(SqlText.leadingName(rest).length()).stripLeading().startsWith("CHECK ");
    }

    private static Check check(String item) {
        return new Check(SqlText.unquoted(SqlText.leadingName(item.substring(CONSTRAINT.length()))), item);
    }
}
