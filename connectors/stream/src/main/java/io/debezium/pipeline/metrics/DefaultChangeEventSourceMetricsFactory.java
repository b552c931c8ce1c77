package io.debezium.pipeline.metrics;

import io.debezium.connector.base.ChangeEventQueueMetrics;
import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.data.Envelope.Operation;
import io.debezium.pipeline.ConnectorEvent;
import io.debezium.pipeline.metrics.spi.ChangeEventSourceMetricsFactory;
import io.debezium.pipeline.source.spi.EventMetadataProvider;
import io.debezium.pipeline.spi.OffsetContext;
import io.debezium.pipeline.spi.Partition;
import io.debezium.spi.schema.DataCollectionId;
import org.apache.kafka.connect.data.Struct;

/**
 * Takes the place of Debezium's class of the same name and leaves its JMX metrics of streaming out: they print every event as
 * JSON to keep the last one, hand every event's lag to another thread, and cannot be switched off. They took a third of the time
 * of the thread that reads the WAL, and nothing here asks for them.
 *
 * <p>Stateless and thread-safe. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 *
 * @param <P> the kind of partition
 */
@SuppressWarnings("rawtypes") // The interface of Debezium's that it implements has them.
public class DefaultChangeEventSourceMetricsFactory<P extends Partition> implements ChangeEventSourceMetricsFactory<P> {

    @Override
    public <T extends CdcSourceTaskContext> SnapshotChangeEventSourceMetrics<P> getSnapshotMetrics(
            T taskContext, ChangeEventQueueMetrics queueMetrics, EventMetadataProvider metadataProvider) {
        return new DefaultSnapshotChangeEventSourceMetrics<>(taskContext, queueMetrics, metadataProvider);
    }

    @Override
    public <T extends CdcSourceTaskContext> StreamingChangeEventSourceMetrics<P> getStreamingMetrics(
            T taskContext,
            ChangeEventQueueMetrics queueMetrics,
            EventMetadataProvider metadataProvider,
            CapturedTablesSupplier capturedTables) {
        return new NoMetrics<>();
    }

    private static final class NoMetrics<P extends Partition> implements StreamingChangeEventSourceMetrics<P> {

        @Override
        public void register() {}

        @Override
        public void unregister() {}

        @Override
        public void connected(boolean connected) {}

        @Override
        public void onEvent(
                P partition,
                DataCollectionId table,
                OffsetContext offset,
                Object key,
                Struct value,
                Operation operation) {}

        @Override
        public void onFilteredEvent(P partition, String event) {}

        @Override
        public void onFilteredEvent(P partition, String event, Operation operation) {}

        @Override
        public void onErroneousEvent(P partition, String event) {}

        @Override
        public void onErroneousEvent(P partition, String event, Operation operation) {}

        @Override
        public void onConnectorEvent(P partition, ConnectorEvent event) {}
    }
}
