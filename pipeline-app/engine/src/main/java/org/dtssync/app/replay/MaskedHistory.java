package org.dtssync.app.replay;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange;
import org.jspecify.annotations.Nullable;

/** Passes on changes without the values of masked columns; which columns changed is still said. Not thread-safe. */
final class MaskedHistory implements HistorySink {

    private final ColumnMasks masks;
    private final HistorySink sink;
    private final Map<TableName, Map<List<String>, boolean[]>> known = new HashMap<>();
    private final Set<TableName> shown = new HashSet<>();

    MaskedHistory(ColumnMasks masks, HistorySink sink) {
        this.masks = masks;
        this.sink = sink;
    }

    @Override
    public void accept(HistoryChange change) throws IOException {
        TableName table = change.table();
        shown.add(table);
        RowValues before = change.before();
        RowValues after = change.after();
        sink.accept(new HistoryChange(
                change.lsn(),
                change.commitTimeMicros(),
                change.transaction(),
                change.number(),
                change.shape(),
                change.operation(),
                masked(table, change.key()),
                before == null ? null : masked(table, before),
                after == null ? null : masked(table, after),
                change.changed()));
    }

    private RowValues masked(TableName table, RowValues row) {
        boolean[] hidden = known.computeIfAbsent(table, absent -> new HashMap<>())
                .computeIfAbsent(row.columns(), columns -> masks.of(table, columns));
        @Nullable Object[] values = row.values().clone();
        for (int i = 0; i < values.length; i++) {
            if (hidden[i] && values[i] != null && values[i] != TableChange.UNCHANGED) {
                values[i] = ColumnMasks.MASKED;
            }
        }
        return new RowValues(row.columns(), values);
    }

    /** A statement may have values. */
    @Override
    public void command(HistoryCommand command) throws IOException {
        sink.command(new HistoryCommand(
                command.lsn(),
                command.commitTimeMicros(),
                command.transaction(),
                command.number(),
                command.command(),
                command.statement().map(text -> ColumnMasks.MASKED),
                command.role(),
                command.objects()));
    }

    @Override
    public void flush() throws IOException {
        sink.flush();
    }

    /** Call behind the last change. */
    void end() {
        masks.requireUsed(shown);
    }
}
