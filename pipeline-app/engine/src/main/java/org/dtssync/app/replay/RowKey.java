package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.RowShape;
import org.jspecify.annotations.Nullable;

/**
 * Brings keys as records have them into the order of the columns that were asked for. A column that was renamed has another name in
 * earlier records, and a table may have had another key, but not in all of them. Not thread-safe.
 */
final class RowKey {

    private final TableName table;
    private final List<String> columns;

    /** Whether a record has exactly these columns, and the last one that has another. */
    private boolean exact;

    private @Nullable RowValues other;

    private RowKey(TableName table, List<String> columns) {
        this.table = table;
        this.columns = columns;
    }

    static RowKey of(RowQuestion question) {
        return new RowKey(
                question.table(), question.key().keySet().stream().sorted().toList());
    }

    /** Returns the values that were asked for, in the order of the columns. */
    List<@Nullable String> wanted(Map<String, String> key) {
        List<@Nullable String> values = new ArrayList<>();
        columns.forEach(column -> values.add(key.get(column)));
        return values;
    }

    /**
     * Returns a key's values as text, in the order of the columns. Where other columns identify a row, because the table had another key at
     * that time, the row itself has them.
     *
     * @param row the row that has the key, as far as it is known; null if nothing else of it is
     * @return with null for columns that the row may not have had yet; null if nothing says what it had in the columns
     */
    @Nullable
    List<@Nullable String> values(RowValues key, @Nullable RowValues row) {
        Set<String> missing = new HashSet<>(columns);
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            if (!missing.remove(key.column(i))) {
                others.add(i);
            }
        }
        if (missing.isEmpty() && others.isEmpty()) {
            exact = true;
            return inOrder(column -> key.text(key.indexOf(column)));
        }
        other = key;
        if (row != null && columns.stream().allMatch(column -> key.indexOf(column) >= 0 || row.indexOf(column) >= 0)) {
            return inOrder(
                    column -> key.indexOf(column) >= 0 ? key.text(key.indexOf(column)) : row.text(row.indexOf(column)));
        }
        if (missing.size() == 1 && others.size() == 1) {
            return inOrder(column -> key.text(missing.contains(column) ? others.get(0) : key.indexOf(column)));
        }
        if (others.isEmpty()) {
            return inOrder(column -> missing.contains(column) ? null : key.text(key.indexOf(column)));
        }
        return null;
    }

    /**
     * Returns whether a row has the columns that were asked for, but neither its key nor what is known of it says what is in them: the key
     * is one of other columns, not one whose columns have other names.
     *
     * @param row what is known of the row; null if nothing but the key is
     * @param shape the row's columns
     */
    boolean isUnsaid(RowValues key, @Nullable RowValues row, RowShape shape) {
        boolean unsaid = columns.stream()
                .anyMatch(column -> key.indexOf(column) < 0 && (row == null || row.indexOf(column) < 0));
        if (!unsaid || columns.stream().anyMatch(column -> shape.indexOf(column) < 0)) {
            return false;
        }
        other = key;
        return true;
    }

    private List<@Nullable String> inOrder(Function<String, @Nullable String> value) {
        List<@Nullable String> values = new ArrayList<>();
        columns.forEach(column -> values.add(value.apply(column)));
        return values;
    }

    /**
     * Requires that the columns that were asked for are those of the key in at least one record, if there are any.
     *
     * @throws SyncException of kind USAGE if they are not
     */
    void requireKnown() {
        if (!exact && other != null) {
            throw otherKey(other);
        }
    }

    private SyncException otherKey(RowValues key) {
        return new SyncException(
                FaultKind.USAGE,
                "A row of table " + table + " is identified by " + String.join(", ", key.columns()) + ", not by "
                        + String.join(", ", columns) + ".",
                "Give a value for each of these columns: " + String.join("=... ", key.columns()) + "=...");
    }
}
