package org.dtssync.app.tasks;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import org.dtssync.app.replay.HistoryChange;
import org.dtssync.app.replay.HistoryCommand;
import org.dtssync.app.replay.HistorySink;
import org.dtssync.app.replay.RowValues;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/** Writes changes for people, each transaction under a line of its own. Not thread-safe. */
final class HistoryText implements HistorySink {

    private final Writer out;
    private final CommitTimes times = new CommitTimes();
    private Lsn last = Lsn.ZERO;

    HistoryText(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    @Override
    public void accept(HistoryChange change) throws IOException {
        transaction(change.lsn(), change.commitTimeMicros(), change.transaction());
        out.write("  " + HistoryJson.word(change.operation()) + " " + change.table() + key(change.key()) + "\n");
        RowValues before = change.before();
        RowValues after = change.after();
        if (change.operation() == Operation.DELETE && before != null) {
            for (int i = 0; i < before.size(); i++) {
                if (change.key().indexOf(before.column(i)) < 0 && before.has(i)) {
                    out.write("    " + before.column(i) + ": was " + quoted(before.text(i)) + "\n");
                }
            }
        }
        if (after != null) {
            for (String column : change.changed()) {
                out.write("    " + column + ": " + step(before, after, column) + "\n");
            }
        }
    }

    private void transaction(Lsn lsn, @Nullable Long commitTimeMicros, long transaction) throws IOException {
        if (!lsn.equals(last)) {
            last = lsn;
            String time = times.of(commitTimeMicros);
            out.write(
                    "transaction " + transaction + " at " + last + (time == null ? "" : ", committed " + time) + "\n");
        }
    }

    @Override
    public void command(HistoryCommand command) throws IOException {
        transaction(command.lsn(), command.commitTimeMicros(), command.transaction());
        out.write("  command " + command.command()
                + command.role().map(role -> " by " + role).orElse("")
                + (command.objects().isEmpty() ? "" : ": " + String.join(", ", command.objects())) + "\n");
        if (command.statement().isPresent()) {
            out.write("    " + command.statement().get().strip().replace("\n", "\n    ") + "\n");
        }
    }

    private static String key(RowValues key) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < key.size(); i++) {
            text.append(' ').append(key.column(i)).append('=').append(quoted(key.text(i)));
        }
        return text.toString();
    }

    private static String step(@Nullable RowValues before, RowValues after, String column) {
        String now = quoted(after.text(after.indexOf(column)));
        int place = before == null ? -1 : before.indexOf(column);
        return before == null || place < 0 ? now : quoted(before.text(place)) + " -> " + now;
    }

    /** A value stays on its line. */
    private static String quoted(@Nullable String value) {
        if (value == null) {
            return "NULL";
        }
        String escaped = value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("'", "''");
        return (escaped.equals(value.replace("'", "''")) ? "'" : "E'") + escaped + "'";
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }
}
