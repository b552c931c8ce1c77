package org.dtssync.app.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/** What is known of a row from its changes so far, from which a change takes what the source did not send. Not thread-safe. */
final class RowState {

    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    /** Forgets what is known. */
    void forget() {
        values.clear();
    }

    /** Returns a change with the row before it, and with the values that it left as they were. */
    HistoryChange complete(HistoryChange change) {
        RowValues sent = change.before();
        if (sent != null) {
            take(sent);
        }
        RowValues before = change.operation() == Operation.INSERT || values.isEmpty() ? null : known();
        RowValues after = change.after() == null ? null : after(change.after());
        values.clear();
        if (after != null) {
            take(after);
        }
        boolean isUpdate = change.operation() == Operation.UPDATE;
        return new HistoryChange(
                change.lsn(),
                change.commitTimeMicros(),
                change.transaction(),
                change.number(),
                change.shape(),
                change.operation(),
                change.key(),
                before,
                after,
                isUpdate ? changed(before, change.after()) : change.changed());
    }

    /**
     * Only a value that was sent can have changed. A column that was added since the change before counts once it is not NULL.
     *
     * @param sent the row after the change, as the source sent it
     */
    private static List<String> changed(@Nullable RowValues before, @Nullable RowValues sent) {
        List<String> differing = HistoryAssembler.differing(before, sent);
        if (before == null || sent == null) {
            return differing;
        }
        return differing.stream()
                .filter(column -> before.indexOf(column) >= 0 || sent.text(sent.indexOf(column)) != null)
                .toList();
    }

    /** Returns whether a key can be this row's, as far as its values are known. */
    boolean has(RowValues key) {
        for (int i = 0; i < key.size(); i++) {
            Object value = values.get(key.column(i));
            if (value == null || !PostgresText.of(value).equals(key.text(i))) {
                return false;
            }
        }
        return true;
    }

    private RowValues after(RowValues row) {
        List<String> columns = row.columns();
        @Nullable Object[] complete = row.values().clone();
        for (int i = 0; i < complete.length; i++) {
            if (!row.has(i) && values.containsKey(columns.get(i))) {
                complete[i] = values.get(columns.get(i));
            }
        }
        return new RowValues(columns, complete);
    }

    private RowValues known() {
        return new RowValues(new ArrayList<>(values.keySet()), new ArrayList<>(values.values()).toArray());
    }

    private void take(RowValues row) {
        for (int i = 0; i < row.size(); i++) {
            if (row.has(i)) {
                values.put(row.column(i), row.values()[i]);
            }
        }
    }
}
