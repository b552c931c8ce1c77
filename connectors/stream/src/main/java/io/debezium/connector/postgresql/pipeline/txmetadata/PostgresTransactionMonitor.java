package io.debezium.connector.postgresql.pipeline.txmetadata;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.function.BlockingConsumer;
import io.debezium.pipeline.source.spi.EventMetadataProvider;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.pipeline.spi.Partition;
import io.debezium.pipeline.txmetadata.TransactionInfo;
import io.debezium.pipeline.txmetadata.TransactionMonitor;
import io.debezium.schema.SchemaNameAdjuster;
import io.debezium.spi.schema.DataCollectionId;
import java.time.Instant;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Takes the place of Debezium's class of the same name and tells where a transaction ends, nothing else: Debezium's own numbers
 * every change in its transaction and table, formats an identifier for each, and copies the counts of all tables into each
 * record's offset.
 *
 * <p>The END record has the fields of Debezium's that {@code Capture} reads. A transaction without changes has none. Used by the
 * one thread that reads the WAL. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
public final class PostgresTransactionMonitor extends TransactionMonitor {

    private static final Schema END_SCHEMA = SchemaBuilder.struct()
            .name("org.dtssync.TransactionEnd")
            .field("status", Schema.STRING_SCHEMA)
            .field("ts_ms", Schema.INT64_SCHEMA)
            .build();

    private final BlockingConsumer<SourceRecord> sender;
    private final String topic;
    private boolean hasChanges;

    /** The signature is Debezium's. */
    public PostgresTransactionMonitor(
            CommonConnectorConfig config,
            EventMetadataProvider metadataProvider,
            SchemaNameAdjuster nameAdjuster,
            BlockingConsumer<SourceRecord> sender,
            String topic) {
        super(config, metadataProvider, nameAdjuster, sender, topic);
        this.sender = sender;
        this.topic = topic;
    }

    @Override
    public void transactionStartedEvent(
            Partition partition, TransactionInfo transaction, OffsetContext offset, Instant time) {
        hasChanges = false;
    }

    @Override
    public void dataEvent(Partition partition, DataCollectionId table, OffsetContext offset, Object key, Struct value) {
        hasChanges = true;
    }

    @Override
    public void transactionCommittedEvent(Partition partition, OffsetContext offset, Instant time)
            throws InterruptedException {
        if (hasChanges) {
            hasChanges = false;
            Struct end = new Struct(END_SCHEMA).put("status", "END").put("ts_ms", time.toEpochMilli());
            sender.accept(new SourceRecord(
                    partition.getSourcePartition(), offset.getOffset(), topic, null, null, null, END_SCHEMA, end));
        }
    }
}
