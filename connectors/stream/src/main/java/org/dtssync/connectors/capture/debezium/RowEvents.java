package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.data.Envelope;
import io.debezium.relational.RelationalChangeRecordEmitter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes the events of rows that {@link RowMessages} decoded: the same that Debezium's emitter makes.
 *
 * <p>Used by the one thread that reads the WAL.
 */
final class RowEvents {

    /** Only the position of a transaction's end is ever confirmed. */
    private static final Map<String, ?> NO_OFFSET = Map.of();

    private final RowMessages messages;
    private final SourceBlocks sources;

    RowEvents(RowMessages messages) {
        this.messages = messages;
        this.sources = new SourceBlocks(messages);
    }

    /** Returns the row that was decoded and removes it; null if Debezium decoded the change that is dispatched. */
    RowMessages.@Nullable Row row() {
        return messages.row();
    }

    /** Returns the events of a row: one, or two where an update changed the key. */
    List<SourceRecord> of(RowMessages.Row row, Map<String, String> partition, PostgresOffsetContext offset) {
        Struct before = row.before();
        Struct after = row.after();
        Struct source = sources.of(row, offset);
        Instant now = Instant.now();
        Envelope envelope = row.layout().schema().getEnvelopeSchema();
        if (row.operation() == Operation.INSERT) {
            return List.of(record(row, partition, envelope.create(after, source, now)));
        }
        if (after == null) {
            return List.of(record(row, partition, envelope.delete(before, source, now)));
        }
        if (before == null || row.layout().sameKey(before, after)) {
            return List.of(record(row, partition, envelope.update(before, after, source, now)));
        }
        SourceRecord leaves = record(row, partition, envelope.delete(before, source, now));
        SourceRecord arrives = record(row, partition, envelope.create(after, source, now));
        // Only that they are there is read.
        leaves.headers().addBoolean(RelationalChangeRecordEmitter.PK_UPDATE_NEWKEY_FIELD, true);
        arrives.headers().addBoolean(RelationalChangeRecordEmitter.PK_UPDATE_OLDKEY_FIELD, true);
        return List.of(leaves, arrives);
    }

    private SourceRecord record(RowMessages.Row row, Map<String, String> partition, Struct value) {
        return new SourceRecord(partition, NO_OFFSET, row.layout().topic(), value.schema(), value);
    }
}
