package org.dtssync.app.tasks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.dtssync.app.replay.HistoryChange;
import org.dtssync.app.replay.HistoryCommand;
import org.dtssync.app.replay.HistorySink;
import org.dtssync.app.replay.RowValues;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.TableChange.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Writes each change as one JSON object on a line of its own. Fields are added, never renamed or removed. Not thread-safe.
 */
final class HistoryJson implements HistorySink {

    private final JsonGenerator json;
    private final CommitTimes times = new CommitTimes();
    private Lsn lastLsn = Lsn.ZERO;
    private String lastLsnText = lastLsn.toString();
    private @Nullable TableName lastTable;
    private String lastTableText = "";

    HistoryJson(OutputStream out) {
        try {
            json = new JsonFactory().createGenerator(out).disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            json.setRootValueSeparator(null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void accept(HistoryChange change) throws IOException {
        json.writeStartObject();
        json.writeStringField("lsn", text(change.lsn()));
        json.writeStringField("commit_time", times.of(change.commitTimeMicros()));
        json.writeNumberField("transaction", change.transaction());
        json.writeNumberField("number", change.number());
        json.writeStringField("table", text(change.table()));
        json.writeStringField("op", word(change.operation()));
        write("key", change.key());
        write("before", change.before());
        write("after", change.after());
        json.writeArrayFieldStart("changed");
        for (String column : change.changed()) {
            json.writeString(column);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    @Override
    public void command(HistoryCommand command) throws IOException {
        json.writeStartObject();
        json.writeStringField("lsn", text(command.lsn()));
        json.writeStringField("commit_time", times.of(command.commitTimeMicros()));
        json.writeNumberField("transaction", command.transaction());
        json.writeNumberField("number", command.number());
        json.writeStringField("op", "command");
        json.writeStringField("command", command.command());
        json.writeStringField("statement", command.statement().orElse(null));
        json.writeStringField("role", command.role().orElse(null));
        json.writeArrayFieldStart("objects");
        for (String object : command.objects()) {
            json.writeString(object);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    static String word(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    private String text(Lsn lsn) {
        if (!lsn.equals(lastLsn)) {
            lastLsn = lsn;
            lastLsnText = lsn.toString();
        }
        return lastLsnText;
    }

    private String text(TableName table) {
        if (!table.equals(lastTable)) {
            lastTable = table;
            lastTableText = table.toString();
        }
        return lastTableText;
    }

    private void write(String field, @Nullable RowValues row) throws IOException {
        json.writeFieldName(field);
        if (row == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        for (int i = 0; i < row.size(); i++) {
            if (row.has(i)) {
                json.writeFieldName(row.column(i));
                json.writeString(row.text(i));
            }
        }
        json.writeEndObject();
    }

    @Override
    public void flush() throws IOException {
        json.flush();
        if (json.getOutputTarget() instanceof OutputStream out) {
            out.flush();
        }
    }
}
