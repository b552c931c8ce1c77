package org.dtssync.app.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a table with a key: the last one of each key. Values that no change has sent are those of the base, under the key that the row
 * had there. Not thread-safe.
 */
final class KeyedRows implements ChangedRows {

    private final TableName table;
    private final HeldText held;
    private final int[] keyPlaces;
    private final Map<List<@Nullable Object>, Slot> slots = new LinkedHashMap<>();

    /** Slots by the key under which the base has the values that they lack; made when the first row of the base comes. */
    private @Nullable Map<List<@Nullable Object>, Slot> lacking;

    /** The row that the change right before has deleted: it may come back at once under another key. */
    private @Nullable Row lastDeleted;

    /**
     * A row after all changes so far.
     *
     * @param base the key under which the base has the values that were not sent; null if all are known
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Row(@Nullable Object[] values, @Nullable List<@Nullable Object> base) {}

    /** One key that was changed. */
    private static final class Slot {
        private final boolean before;
        private boolean found;
        private @Nullable Row after;

        Slot(boolean before) {
            this.before = before;
        }
    }

    KeyedRows(TableName table, RowColumns columns, HeldText held) {
        this.table = table;
        this.held = held;
        this.keyPlaces = columns.keyPlaces();
    }

    private List<@Nullable Object> key(@Nullable Object[] row) {
        @Nullable Object[] key = new Object[keyPlaces.length];
        for (int i = 0; i < key.length; i++) {
            key[i] = row[keyPlaces[i]];
        }
        return Arrays.asList(key);
    }

    @Override
    public void insert(@Nullable Object[] row, @Nullable Object @Nullable [] movedFrom) {
        Slot slot = slots.computeIfAbsent(key(row), absent -> new Slot(false));
        Row known = lastDeleted;
        lastDeleted = null;
        if (slot.after != null) {
            throw misfit("adds a row that is there");
        }
        put(slot, movedFrom == null ? new Row(row, null) : complete(row, known, Arrays.asList(movedFrom)));
    }

    @Override
    public void update(@Nullable Object @Nullable [] before, @Nullable Object[] row) {
        List<@Nullable Object> key = key(row);
        boolean isNew = !slots.containsKey(key);
        Slot slot = slots.computeIfAbsent(key, absent -> new Slot(true));
        if (!isNew && slot.after == null) {
            throw misfit("changes a row that is not there");
        }
        put(slot, complete(row, slot.after, key));
        lastDeleted = null;
    }

    @Override
    public void delete(@Nullable Object[] row) {
        List<@Nullable Object> key = key(row);
        boolean isNew = !slots.containsKey(key);
        Slot slot = slots.computeIfAbsent(key, absent -> new Slot(true));
        if (!isNew && slot.after == null) {
            throw misfit("removes a row that is not there");
        }
        lastDeleted = slot.after;
        put(slot, null);
    }

    private void put(Slot slot, @Nullable Row row) {
        held.add(slot.after == null ? null : slot.after.values(), -1);
        slot.after = row;
        held.add(row == null ? null : row.values(), 1);
    }

    private static Row complete(@Nullable Object[] row, @Nullable Row known, List<@Nullable Object> keyBefore) {
        boolean open = false;
        for (int i = 0; i < row.length; i++) {
            if (row[i] == TableChange.UNCHANGED) {
                if (known != null) {
                    row[i] = known.values()[i];
                }
                open |= row[i] == TableChange.UNCHANGED;
            }
        }
        if (!open) {
            return new Row(row, null);
        }
        return new Row(row, known == null ? keyBefore : known.base());
    }

    @Override
    public void truncate() {
        slots.values().forEach(slot -> put(slot, null));
        slots.clear();
        lastDeleted = null;
    }

    @Override
    public boolean keeps(@Nullable String[] fields) {
        List<@Nullable Object> key = key(fields);
        Slot waiting = lacking().remove(key);
        if (waiting != null) {
            Row row = waiting.after;
            if (row != null) {
                for (int i = 0; i < fields.length; i++) {
                    if (row.values()[i] == TableChange.UNCHANGED) {
                        row.values()[i] = fields[i];
                    }
                }
            }
        }
        Slot slot = slots.get(key);
        if (slot == null) {
            return true;
        }
        if (!slot.before) {
            throw misfit("adds a row that is there");
        }
        slot.found = true;
        return false;
    }

    private Map<List<@Nullable Object>, Slot> lacking() {
        Map<List<@Nullable Object>, Slot> known = lacking;
        if (known == null) {
            known = new HashMap<>();
            for (Slot slot : slots.values()) {
                if (slot.after != null && slot.after.base() != null) {
                    known.put(slot.after.base(), slot);
                }
            }
            lacking = known;
        }
        return known;
    }

    @Override
    public void rest(TableRows.Sink sink) throws IOException {
        if (!lacking().isEmpty()) {
            throw misfit("needs values of a row that is not there");
        }
        for (Slot slot : slots.values()) {
            if (slot.before && !slot.found) {
                throw misfit("changes a row that is not there");
            }
            if (slot.after != null) {
                List<@Nullable String> row = new ArrayList<>();
                for (Object value : slot.after.values()) {
                    row.add((String) value);
                }
                sink.changed(row.toArray(new String[0]));
            }
        }
    }

    private SyncException misfit(String how) {
        return new SyncException(
                FaultKind.DATA,
                "The changes of table " + table + " do not fit the base: one " + how + ".",
                "Check the base with dts-sync base check, and the topics with dts-sync replay prove.");
    }
}
