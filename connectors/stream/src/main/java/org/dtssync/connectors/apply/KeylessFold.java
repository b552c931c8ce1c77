package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The changes of one table without a key, folded to how many copies of each row are added and removed: such a table is a multiset of rows.
 *
 * <p>Changes that the table's snapshot has seen are skipped, so that nothing is applied twice. Not thread-safe.
 */
final class KeylessFold {

    private final TargetTable table;
    private final Map<RowKey, Copies> rows = new LinkedHashMap<>();
    private boolean truncated;

    private static final class Copies {
        private final Object[] row;
        private int count;

        Copies(Object[] row) {
            this.row = row;
        }
    }

    KeylessFold(TargetTable table) {
        this.table = table;
    }

    TargetTable table() {
        return table;
    }

    boolean truncated() {
        return truncated;
    }

    void add(Change change) {
        boolean seen = table.visible()
                .map(snapshot -> snapshot.sees(change.transaction()))
                .orElse(false);
        if (seen) {
            return;
        }
        if (change instanceof Change.Insert insert) {
            count(insert.row(), 1);
        } else if (change instanceof Change.Update update) {
            count(Objects.requireNonNull(update.before(), "Updates of tables without a key have the row before."), -1);
            count(update.row(), 1);
        } else if (change instanceof Change.Delete delete) {
            count(delete.row(), -1);
        } else {
            rows.clear();
            truncated = true;
        }
    }

    private void count(Object[] row, int by) {
        RowKey key = new RowKey(row);
        Copies copies = rows.computeIfAbsent(key, absent -> new Copies(row));
        copies.count += by;
        if (copies.count == 0) {
            rows.remove(key);
        }
    }

    /** Returns the removed rows, each as often as it is removed. */
    List<Object[]> removed() {
        return repeated(-1);
    }

    /** Returns the added rows, each as often as it is added. */
    List<Object[]> added() {
        return repeated(1);
    }

    private List<Object[]> repeated(int sign) {
        List<Object[]> result = new ArrayList<>();
        for (Copies copies : rows.values()) {
            for (int i = 0; i < copies.count * sign; i++) {
                result.add(copies.row);
            }
        }
        return result;
    }
}
