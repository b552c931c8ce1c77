package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.base.ChangeEventQueueMetrics;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.data.Envelope.Operation;
import io.debezium.pipeline.ConnectorEvent;
import io.debezium.pipeline.metrics.CapturedTablesSupplier;
import io.debezium.pipeline.metrics.DefaultChangeEventSourceMetricsFactory;
import io.debezium.pipeline.metrics.StreamingChangeEventSourceMetrics;
import io.debezium.pipeline.source.spi.EventMetadataProvider;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.spi.schema.DataCollectionId;
import org.apache.kafka.connect.data.Struct;

/**
 * Omits Debezium's JMX streaming metrics: they print every event as JSON to keep the last one, pass every event's lag to
 * another thread, and cannot be disabled. They took a third of the time of the thread that reads the WAL, and nothing here
 * uses them.
 *
 * <p>Stateless and thread-safe. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
@SuppressWarnings("rawtypes") // The interface of Debezium's that it implements has them.
final class NoStreamingMetrics extends DefaultChangeEventSourceMetricsFactory<PostgresPartition> {

    @Override
    public <T extends CdcSourceTaskContext> StreamingChangeEventSourceMetrics<PostgresPartition> getStreamingMetrics(
            T taskContext,
            ChangeEventQueueMetrics queueMetrics,
            EventMetadataProvider metadataProvider,
            CapturedTablesSupplier capturedTables) {
        return new Nothing();
    }

    private static final class Nothing implements StreamingChangeEventSourceMetrics<PostgresPartition> {

        @Override
        public void register() {}

        @Override
        public void unregister() {}

        @Override
        public void connected(boolean connected) {}

        @Override
        public void onEvent(
                PostgresPartition partition,
                DataCollectionId table,
                OffsetContext offset,
                Object key,
                Struct value,
                Operation operation) {}

        @Override
        public void onFilteredEvent(PostgresPartition partition, String event) {}

        @Override
        public void onFilteredEvent(PostgresPartition partition, String event, Operation operation) {}

        @Override
        public void onErroneousEvent(PostgresPartition partition, String event) {}

        @Override
        public void onErroneousEvent(PostgresPartition partition, String event, Operation operation) {}

        @Override
        public void onConnectorEvent(PostgresPartition partition, ConnectorEvent event) {}
    }
}
