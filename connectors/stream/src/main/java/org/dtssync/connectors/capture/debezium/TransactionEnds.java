package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.PostgresOffsetContext;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.capture.TransactionEnd;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The record that ends a transaction. It is recognized by its schema object, never by its topic: a table may be named {@code transaction}.
 *
 * <p>Stateless and thread-safe.
 */
final class TransactionEnds {

    private static final Schema SCHEMA = SchemaBuilder.struct()
            .name("org.dtssync.TransactionEnd")
            .field("status", Schema.STRING_SCHEMA)
            .field("ts_ms", Schema.INT64_SCHEMA)
            .field("event_count", Schema.INT64_SCHEMA)
            .build();

    private TransactionEnds() {}

    /**
     * Creates the record; at this time the offset's commit position is the end of the commit record.
     *
     * @param events how many events the transaction has
     */
    static SourceRecord record(
            Map<String, ?> partition, PostgresOffsetContext offset, String topic, Instant commitTime, long events) {
        Struct value = new Struct(SCHEMA)
                .put("status", "END")
                .put("ts_ms", commitTime.toEpochMilli())
                .put("event_count", events);
        return new SourceRecord(partition, offset.getOffset(), topic, SCHEMA, value);
    }

    /** Returns whether a record ends a transaction. */
    static boolean is(SourceRecord record) {
        return record.valueSchema() == SCHEMA;
    }

    /** Reads such a record. */
    static TransactionEnd read(SourceRecord record) {
        Number lsn = (Number) Objects.requireNonNull(
                record.sourceOffset().get(PostgresOffsetContext.LAST_COMMIT_LSN_KEY),
                "It is set before the record is created.");
        Struct value = (Struct) record.value();
        return new TransactionEnd(
                new Lsn(lsn.longValue()), value.getInt64("ts_ms"), OptionalLong.of(value.getInt64("event_count")));
    }
}
