package org.dtssync.connectors.apply;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one keyed table folded to the last one per key: the state before, and the state after.
 *
 * <p>An update of a key arrives as a delete and an insert that names the key it comes from. Values that were not sent are
 * taken from the row as known to the fold; if the fold does not know it, the row records under which key the
 * destination holds it ({@link Row#base}). Not thread-safe.
 */
final class TableFold {

    /** A row after all changes so far. */
    static final class Row {
        private final Object[] values;
        private final @Nullable RowKey base;
        private final boolean moved;

        Row(Object[] values, @Nullable RowKey base, boolean moved) {
            this.values = values;
            this.base = base;
            this.moved = moved;
        }

        Object[] values() {
            return values;
        }

        /** Returns the key under which the destination holds the values that are UNCHANGED here; null if there are none. */
        @Nullable
        RowKey base() {
            return base;
        }

        /** Returns whether it left the key it has its UNCHANGED values from, even if it came back to it. */
        boolean moved() {
            return moved;
        }
    }

    /** One key: whether a row was there before the first change, and the row after the last one (null: none). */
    static final class Slot {
        private final boolean before;
        private @Nullable Row after;

        Slot(boolean before) {
            this.before = before;
        }

        boolean before() {
            return before;
        }

        @Nullable
        Row after() {
            return after;
        }

        /** Replaces the row by another one, all of whose values are known; null for none. */
        void replace(Object @Nullable [] values) {
            after = values == null ? null : new Row(values, null, false);
        }
    }

    private final TargetTable table;
    private final Map<RowKey, Slot> slots = new LinkedHashMap<>();

    /** Rows that were deleted, as they were: an insert that moves one of them to another key needs its values. */
    private final Map<RowKey, Row> moved = new LinkedHashMap<>();

    private boolean truncated;
    private long changes;

    TableFold(TargetTable table) {
        this.table = table;
    }

    TargetTable table() {
        return table;
    }

    Map<RowKey, Slot> slots() {
        return slots;
    }

    boolean truncated() {
        return truncated;
    }

    long changes() {
        return changes;
    }

    void add(Change change) {
        changes++;
        boolean seen = table.visible()
                .map(snapshot -> snapshot.sees(change.transaction()))
                .orElse(false);
        if (seen) {
            return;
        }
        if (change instanceof Change.Insert insert) {
            insert(insert);
        } else if (change instanceof Change.Update update) {
            update(update);
        } else if (change instanceof Change.Delete delete) {
            delete(delete);
        } else {
            truncate();
        }
    }

    private void insert(Change.Insert insert) {
        RowKey key = table.key(insert.row());
        Slot slot = slots.computeIfAbsent(key, absent -> new Slot(false));
        slot.after = insert.movedFrom() == null
                ? new Row(insert.row(), null, false)
                : complete(insert.row(), moved.remove(insert.movedFrom()), insert.movedFrom(), true);
    }

    private void update(Change.Update update) {
        RowKey key = table.key(update.row());
        Slot slot = slots.computeIfAbsent(key, absent -> new Slot(true));
        slot.after = complete(update.row(), slot.after, key, false);
    }

    private void delete(Change.Delete delete) {
        RowKey key = table.key(delete.row());
        Slot slot = slots.computeIfAbsent(key, absent -> new Slot(true));
        if (slot.after != null) {
            moved.put(key, slot.after);
        }
        slot.after = null;
    }

    private void truncate() {
        slots.clear();
        moved.clear();
        truncated = true;
    }

    /** Takes the values that were not sent from the previous row; values unknown there too stay UNCHANGED. */
    private static Row complete(Object[] values, @Nullable Row known, RowKey keyBefore, boolean moves) {
        boolean open = false;
        for (int i = 0; i < values.length; i++) {
            if (values[i] == TableChange.UNCHANGED) {
                if (known != null) {
                    values[i] = known.values[i];
                }
                open |= values[i] == TableChange.UNCHANGED;
            }
        }
        if (!open) {
            return new Row(values, null, false);
        }
        return known == null ? new Row(values, keyBefore, moves) : new Row(values, known.base, known.moved || moves);
    }

    /** Returns the keys whose row was deleted, separated by whether the destination is known to have had it. */
    List<RowKey> deletedKeys(boolean lenient) {
        List<RowKey> keys = new ArrayList<>();
        slots.forEach((key, slot) -> {
            if (slot.after == null && (slot.before || lenient)) {
                keys.add(key);
            }
        });
        return keys;
    }
}
