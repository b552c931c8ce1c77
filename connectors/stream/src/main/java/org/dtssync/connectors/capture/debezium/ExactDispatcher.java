package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.base.ChangeEventQueue;
import io.debezium.connector.common.DebeziumHeaderProducer;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresEventDispatcher;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.heartbeat.Heartbeat;
import io.debezium.pipeline.DataChangeEvent;
import io.debezium.pipeline.source.spi.EventMetadataProvider;
import io.debezium.pipeline.spi.ChangeRecordEmitter;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.pipeline.spi.Partition;
import io.debezium.relational.TableId;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.time.Instant;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Puts every change into our queue, and one record after those of each transaction. Debezium's own transaction metadata is off:
 * it numbers every change in its transaction and table, formats an identifier for each, and copies the counts of all tables into
 * each record's offset. Rows that {@link RowMessages} decoded become events here without Debezium's emitter. Logical messages cannot be applied to a destination.
 *
 * <p>A change that Debezium would silently ignore is a fault here. Used by the one thread that reads the WAL. See
 * docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
final class ExactDispatcher extends PostgresEventDispatcher<TableId> {

    private final EventQueue events;
    private final StreamedRows rows;
    private final RowEvents decoded;
    private final String endTopic;
    private boolean hasChanges;

    ExactDispatcher(
            PostgresConnectorConfig configuration,
            TopicNamingStrategy<TableId> topics,
            ExactSchema schema,
            ChangeEventQueue<DataChangeEvent> unused,
            EventMetadataProvider metadata,
            Heartbeat.ScheduledHeartbeat heartbeat,
            DebeziumHeaderProducer headers,
            EventQueue events,
            StreamedRows rows,
            RowEvents decoded) {
        super(
                configuration,
                topics,
                schema,
                unused,
                table -> true,
                record -> add(events, rows, record),
                (partition, table, change) -> {
                    throw undescribed("table " + table);
                },
                metadata,
                heartbeat,
                configuration.schemaNameAdjuster(),
                null,
                headers);
        this.events = events;
        this.rows = rows;
        this.decoded = decoded;
        this.endTopic = topics.transactionTopic();
    }

    /** Returns null, so that Debezium puts nothing into its own queue. */
    private static @Nullable DataChangeEvent add(EventQueue events, StreamedRows rows, SourceRecord record) {
        try {
            events.add(record, false);
            rows.add();
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectException("Interrupted while an event waited for room", e);
        }
    }

    private static SyncException undescribed(String table) {
        return new SyncException(
                FaultKind.INTERNAL, "The source sent a change of a " + table + " that it did not describe before.", "");
    }

    @Override
    public boolean dispatchDataChangeEvent(
            PostgresPartition partition, @Nullable TableId table, ChangeRecordEmitter<PostgresPartition> change)
            throws InterruptedException {
        RowMessages.Row row = decoded.row();
        if (row != null) {
            dispatch(row, partition, (PostgresOffsetContext) change.getOffset());
            return true;
        }
        if (table == null) {
            throw undescribed("table");
        }
        hasChanges = true;
        long before = rows.events();
        boolean dispatched = super.dispatchDataChangeEvent(partition, table, change);
        if (rows.events() == before) {
            throw StreamedRows.lost(TopicNames.unescape(table.schema()) + "." + TopicNames.unescape(table.table()));
        }
        rows.handOver();
        return dispatched;
    }

    private void dispatch(RowMessages.Row row, PostgresPartition partition, PostgresOffsetContext offset)
            throws InterruptedException {
        hasChanges = true;
        for (SourceRecord event : decoded.of(row, partition.getSourcePartition(), offset)) {
            events.add(event, false, row.size());
            rows.add();
        }
        rows.handOver();
    }

    @Override
    public void dispatchTransactionCommittedEvent(PostgresPartition partition, OffsetContext offset, Instant commitTime)
            throws InterruptedException {
        if (hasChanges) {
            hasChanges = false;
            events.add(
                    TransactionEnds.record(
                            partition.getSourcePartition(),
                            (PostgresOffsetContext) offset,
                            endTopic,
                            commitTime,
                            rows.endTransaction()),
                    true);
        }
    }

    @Override
    public void dispatchLogicalDecodingMessage(
            Partition partition, OffsetContext offset, Long decodeTimestamp, LogicalDecodingMessage message) {
        // Left out.
    }
}
