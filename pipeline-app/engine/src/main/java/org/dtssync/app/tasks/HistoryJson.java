package org.dtssync.app.tasks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
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

    private static final SerializedString LSN = new SerializedString("lsn");
    private static final SerializedString COMMIT_TIME = new SerializedString("commit_time");
    private static final SerializedString TRANSACTION = new SerializedString("transaction");
    private static final SerializedString NUMBER = new SerializedString("number");
    private static final SerializedString TABLE = new SerializedString("table");
    private static final SerializedString OPERATION = new SerializedString("op");
    private static final SerializedString KEY = new SerializedString("key");
    private static final SerializedString BEFORE = new SerializedString("before");
    private static final SerializedString AFTER = new SerializedString("after");
    private static final SerializedString CHANGED = new SerializedString("changed");

    private final JsonGenerator json;
    private final ColumnNames keyNames = new ColumnNames();
    private final ColumnNames rowNames = new ColumnNames();
    private final ColumnNames changedNames = new ColumnNames();
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
        json.writeFieldName(LSN);
        json.writeString(text(change.lsn()));
        json.writeFieldName(COMMIT_TIME);
        json.writeString(times.of(change.commitTimeMicros()));
        json.writeFieldName(TRANSACTION);
        json.writeNumber(change.transaction());
        json.writeFieldName(NUMBER);
        json.writeNumber(change.number());
        json.writeFieldName(TABLE);
        json.writeString(text(change.table()));
        json.writeFieldName(OPERATION);
        json.writeString(word(change.operation()));
        write(KEY, change.key(), keyNames);
        write(BEFORE, change.before(), keyNames);
        write(AFTER, change.after(), rowNames);
        json.writeFieldName(CHANGED);
        json.writeStartArray();
        for (SerializedString column : changedNames.of(change.changed())) {
            json.writeString(column);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    /** Names of columns as they are printed, prepared once for rows of one shape. */
    private static final class ColumnNames {

        private List<String> last = List.of();
        private SerializedString[] prepared = {};

        SerializedString[] of(List<String> names) {
            if (names != last) {
                last = names;
                prepared = names.stream().map(SerializedString::new).toArray(SerializedString[]::new);
            }
            return prepared;
        }
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

    private void write(SerializedString field, @Nullable RowValues row, ColumnNames names) throws IOException {
        json.writeFieldName(field);
        if (row == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        SerializedString[] columns = names.of(row.columns());
        for (int i = 0; i < columns.length; i++) {
            if (row.has(i)) {
                json.writeFieldName(columns[i]);
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
