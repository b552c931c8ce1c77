package org.dtssync.app.replay;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Passes on the rows of a table without the values of masked columns. Not thread-safe. */
final class MaskedTable implements StateSink {

    private final ColumnMasks masks;
    private final TableName table;
    private final StateSink sink;
    private boolean[] hidden = {};

    MaskedTable(ColumnMasks masks, TableName table, StateSink sink) {
        this.masks = masks;
        this.table = table;
        this.sink = sink;
    }

    @Override
    public void columns(List<String> names) throws IOException {
        hidden = masks.of(table, names);
        masks.requireUsed(Set.of(table));
        sink.columns(names);
    }

    @Override
    public void row(@Nullable String[] values) throws IOException {
        @Nullable String[] shown = values.clone();
        for (int i = 0; i < shown.length; i++) {
            if (hidden[i] && shown[i] != null) {
                shown[i] = ColumnMasks.MASKED;
            }
        }
        sink.row(shown);
    }

    @Override
    public void end() throws IOException {
        sink.end();
    }
}
