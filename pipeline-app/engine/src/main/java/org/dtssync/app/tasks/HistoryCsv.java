package org.dtssync.app.tasks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.replay.HistoryChange;
import org.dtssync.app.replay.HistorySink;
import org.dtssync.app.replay.RowValues;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Writes one line for each column that a change changed, so that rows of different shapes fit one file. NULL is empty, an empty text
 * is quoted, as in PostgreSQL's CSV. Not thread-safe.
 */
final class HistoryCsv implements HistorySink {

    private static final String HEADER = "lsn,commit_time,transaction,number,table,op,column,before,after\n";

    private final Writer out;
    private final CommitTimes times = new CommitTimes();
    private boolean begun;

    HistoryCsv(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    @Override
    public void accept(HistoryChange change) throws IOException {
        begin();
        List<String> columns = columns(change);
        if (columns.isEmpty()) {
            line(change, null);
        }
        for (String column : columns) {
            line(change, column);
        }
    }

    private void begin() throws IOException {
        if (!begun) {
            out.write(HEADER);
            begun = true;
        }
    }

    private static List<String> columns(HistoryChange change) {
        RowValues before = change.before();
        if (change.operation() != Operation.DELETE || before == null) {
            return change.changed();
        }
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < before.size(); i++) {
            if (before.has(i)) {
                columns.add(before.column(i));
            }
        }
        return columns;
    }

    private void line(HistoryChange change, @Nullable String column) throws IOException {
        String start = String.join(
                ",",
                change.lsn().toString(),
                field(times.of(change.commitTimeMicros())),
                Long.toString(change.transaction()),
                Long.toString(change.number()),
                field(change.table().toString()),
                HistoryJson.word(change.operation()));
        out.write(start + "," + field(column) + "," + field(value(change.before(), column)) + ","
                + field(value(change.after(), column)) + "\n");
    }

    private static @Nullable String value(@Nullable RowValues row, @Nullable String column) {
        int place = row == null || column == null ? -1 : row.indexOf(column);
        return row == null || place < 0 ? null : row.text(place);
    }

    private static String field(@Nullable String text) {
        if (text == null) {
            return "";
        }
        boolean plain = !text.isEmpty()
                && text.indexOf(',') < 0
                && text.indexOf('"') < 0
                && text.indexOf('\n') < 0
                && text.indexOf('\r') < 0;
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    @Override
    public void flush() throws IOException {
        begin();
        out.flush();
    }
}
