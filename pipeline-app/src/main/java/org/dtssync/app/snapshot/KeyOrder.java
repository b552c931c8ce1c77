package org.dtssync.app.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * The order of a key's index as SQL: how rows are sorted, and which lie between two bounds.
 *
 * <p>One order decides both where a chunk ends and which rows are in it, so chunks can neither overlap nor leave a gap,
 * whatever the type or collation; and it is the index's own, so that no range reads more than its rows. Immutable.
 *
 * @param columns the key's columns in the index's order
 */
record KeyOrder(List<KeyColumn> columns) {

    KeyOrder {
        columns = List.copyOf(columns);
    }

    /** Returns the list for ORDER BY. */
    String orderBy() {
        return columns.stream().map(KeyColumn::order).collect(Collectors.joining(", "));
    }

    /**
     * Returns an array of the key's values as text. {@code format} prints by the type's output function, which its input
     * function reads back; a cast to text may be something else.
     */
    String bound() {
        return columns.stream()
                .map(column -> "format('%s', " + column.expression() + ")")
                .collect(Collectors.joining(", ", "ARRAY[", "]"));
    }

    /** Returns the condition for rows that lie within the chunk's bounds, or {@code true}. */
    String within(Chunk chunk) {
        List<String> conditions = new ArrayList<>();
        chunk.after().ifPresent(bound -> conditions.add(after(literals(bound))));
        chunk.upTo().ifPresent(bound -> conditions.add(upTo(literals(bound))));
        return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
    }

    private String after(List<String> bound) {
        KeyColumn first = columns.get(0);
        if (columns.stream().allMatch(column -> column.after().equals(first.after()))) {
            return row(first.after(), bound);
        }
        return "(" + compare(0, first.atOrAfter(), bound) + " AND " + step(0, bound, true) + ")";
    }

    private String upTo(List<String> bound) {
        KeyColumn first = columns.get(0);
        if (columns.stream().allMatch(column -> column.atOrBefore().equals(first.atOrBefore()))) {
            return row(first.atOrBefore(), bound);
        }
        return "(" + compare(0, first.atOrBefore(), bound) + " AND " + step(0, bound, false) + ")";
    }

    /** A comparison of rows, which an index answers as a whole; it has one operator for all columns. */
    private String row(String operator, List<String> bound) {
        if (columns.size() == 1) {
            return compare(0, operator, bound);
        }
        String row = columns.stream().map(KeyColumn::expression).collect(Collectors.joining(", ", "(", ")"));
        return row + " " + operator + " (" + String.join(", ", bound) + ")";
    }

    /**
     * The same spelled out, for columns of different directions or operators: an index can use only the first column of it,
     * which is why the callers repeat that one in front.
     */
    private String step(int i, List<String> bound, boolean after) {
        KeyColumn column = columns.get(i);
        if (i == columns.size() - 1) {
            return compare(i, after ? column.after() : column.atOrBefore(), bound);
        }
        return "(" + compare(i, after ? column.after() : column.before(), bound) + " OR ("
                + compare(i, column.equal(), bound) + " AND " + step(i + 1, bound, after) + "))";
    }

    private String compare(int i, String operator, List<String> bound) {
        return columns.get(i).expression() + " " + operator + " " + bound.get(i);
    }

    private List<String> literals(List<String> bound) {
        if (bound.size() != columns.size()) {
            throw new IllegalArgumentException("a bound of " + bound.size() + " values for " + columns.size());
        }
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < bound.size(); i++) {
            literals.add(
                    Identifiers.literal(bound.get(i)) + "::" + columns.get(i).type());
        }
        return literals;
    }
}
