package org.dtssync.app.replay;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Rows of a table without a key: how many copies of each were added, or removed. Not thread-safe. */
final class KeylessRows implements ChangedRows {

    private final TableName table;
    private final HeldText held;
    private final Map<List<@Nullable Object>, Long> copies = new HashMap<>();

    KeylessRows(TableName table, HeldText held) {
        this.table = table;
        this.held = held;
    }

    @Override
    public void insert(@Nullable Object[] row, @Nullable Object @Nullable [] movedFrom) {
        count(row, 1);
    }

    @Override
    public void update(@Nullable Object @Nullable [] before, @Nullable Object[] row) {
        if (before == null) {
            throw misfit();
        }
        count(before, -1);
        count(row, 1);
    }

    @Override
    public void delete(@Nullable Object[] row) {
        count(row, -1);
    }

    private void count(@Nullable Object[] row, long by) {
        List<@Nullable Object> key = Arrays.asList(row);
        Long before = copies.get(key);
        long now = (before == null ? 0 : before) + by;
        if (now == 0) {
            copies.remove(key);
            held.add(row, -1);
        } else {
            copies.put(key, now);
            if (before == null) {
                held.add(row, 1);
            }
        }
    }

    @Override
    public void truncate() {
        copies.keySet().forEach(row -> held.add(row.toArray(), -1));
        copies.clear();
    }

    @Override
    public boolean keeps(@Nullable String[] fields) {
        List<@Nullable Object> row = Arrays.asList((Object[]) fields);
        Long count = copies.get(row);
        if (count == null || count > 0) {
            return true;
        }
        if (count == -1) {
            copies.remove(row);
        } else {
            copies.put(row, count + 1);
        }
        return false;
    }

    @Override
    public void rest(TableRows.Sink sink) throws IOException {
        for (Map.Entry<List<@Nullable Object>, Long> each : copies.entrySet()) {
            if (each.getValue() < 0) {
                throw misfit();
            }
            @Nullable String[] row = each.getKey().toArray(new String[0]);
            for (long i = 0; i < each.getValue(); i++) {
                sink.changed(row);
            }
        }
    }

    private SyncException misfit() {
        return new SyncException(
                FaultKind.DATA,
                "The changes of table " + table + " do not fit the base: one removes a row that is not there.",
                "Check the base with dts-sync base check, and the topics with dts-sync replay prove.");
    }
}
