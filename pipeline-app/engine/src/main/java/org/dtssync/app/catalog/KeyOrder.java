package org.dtssync.app.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The order of a key as SQL: how rows are sorted, and which lie between two bounds.
 *
 * <p>One order decides both where a chunk ends and which rows are in it, so chunks can neither overlap nor leave a gap,
 * whatever the type or collation; and where it is the index's own order no range reads more than its rows. Immutable.
 *
 * @param columns the key's columns in the order they are compared in
 */
public record KeyOrder(List<KeyColumn> columns) {

    /** Copies the columns. */
    public KeyOrder {
        columns = List.copyOf(columns);
    }

    /** Returns the list for ORDER BY. */
    public String orderBy() {
        return columns.stream().map(KeyColumn::order).collect(Collectors.joining(", "));
    }

    /** Returns an array of the key's values as text, which {@link KeyColumn#literal} reads back. */
    public String bound() {
        return columns.stream().map(KeyColumn::text).collect(Collectors.joining(", ", "ARRAY[", "]"));
    }

    /**
     * Returns the condition for rows behind one bound, up to and including another, or {@code true}.
     *
     * <p>Columns in which both bounds agree are compared for equality: an index scan ends only when the first column that
     * is compared by range has passed its bound, so without that each chunk of a tenant's rows would be read to the end of
     * that tenant.
     *
     * @param after the key that the rows follow, from {@link #bound}; empty: open below
     * @param upTo the last key to include; empty: open above
     */
    public String within(Optional<List<String>> after, Optional<List<String>> upTo) {
        int common = commonColumns(after, upTo);
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < common; i++) {
            conditions.add(compare(i, columns.get(i).equal(), literals(after.orElseThrow())));
        }
        after.ifPresent(bound -> conditions.add(after(common, literals(bound))));
        upTo.ifPresent(bound -> conditions.add(upTo(common, literals(bound))));
        return conditions.isEmpty() ? "true" : String.join(" AND ", conditions);
    }

    /** Counts leading columns of equal text, which are equal in any order; at least one column is left over. */
    private int commonColumns(Optional<List<String>> after, Optional<List<String>> upTo) {
        if (after.isEmpty() || upTo.isEmpty()) {
            return 0;
        }
        int common = 0;
        while (common < columns.size() - 1
                && after.get().get(common).equals(upTo.get().get(common))) {
            common++;
        }
        return common;
    }

    private String after(int start, List<String> bound) {
        KeyColumn first = columns.get(start);
        if (rest(start).allMatch(column -> column.after().equals(first.after()))) {
            return row(start, first.after(), bound);
        }
        return "(" + compare(start, first.atOrAfter(), bound) + " AND " + step(start, bound, true) + ")";
    }

    private String upTo(int start, List<String> bound) {
        KeyColumn first = columns.get(start);
        if (rest(start).allMatch(column -> column.atOrBefore().equals(first.atOrBefore()))) {
            return row(start, first.atOrBefore(), bound);
        }
        return "(" + compare(start, first.atOrBefore(), bound) + " AND " + step(start, bound, false) + ")";
    }

    private Stream<KeyColumn> rest(int start) {
        return columns.stream().skip(start);
    }

    /** A row comparison, which one index scan can evaluate; it has one operator for all columns. */
    private String row(int start, String operator, List<String> bound) {
        if (start == columns.size() - 1) {
            return compare(start, operator, bound);
        }
        String row = rest(start).map(KeyColumn::compared).collect(Collectors.joining(", ", "(", ")"));
        return row + " " + operator + " (" + String.join(", ", bound.subList(start, bound.size())) + ")";
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
        return columns.get(i).compared() + " " + operator + " " + bound.get(i);
    }

    private List<String> literals(List<String> bound) {
        if (bound.size() != columns.size()) {
            throw new IllegalArgumentException("a bound of " + bound.size() + " values for " + columns.size());
        }
        List<String> literals = new ArrayList<>();
        for (int i = 0; i < bound.size(); i++) {
            literals.add(columns.get(i).literal(bound.get(i)));
        }
        return literals;
    }
}
