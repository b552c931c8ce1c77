package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.base.ChangeEventQueue;
import io.debezium.connector.base.QueueProvider;
import io.debezium.pipeline.DataChangeEvent;
import io.debezium.util.LoggingContext;
import java.util.Map;
import java.util.function.Supplier;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/** Replaces Debezium's own queue: it is never read, so anything added to it is a fault. Immutable. */
final class UnusedQueue implements QueueProvider<DataChangeEvent> {

    /** Returns Debezium's queue, which accepts nothing. */
    static ChangeEventQueue<DataChangeEvent> create(Supplier<LoggingContext.PreviousContext> logging) {
        return new ChangeEventQueue.Builder<DataChangeEvent>()
                .pollInterval(java.time.Duration.ofSeconds(1))
                .maxBatchSize(1)
                .maxQueueSize(2)
                .maxQueueSizeInBytes(0)
                .loggingContextSupplier(logging)
                .queueProvider(new UnusedQueue())
                .build();
    }

    @Override
    public String name() {
        return "unused";
    }

    @Override
    public void configure(Map<String, ?> settings) {
        // Nothing to configure.
    }

    @Override
    public void enqueue(DataChangeEvent event) {
        throw new SyncException(
                FaultKind.INTERNAL,
                "Debezium made a record for topic " + event.getRecord().topic() + " that capture does not know.",
                "Use the version of Debezium that dts-sync is built with.");
    }

    @Override
    public @Nullable DataChangeEvent poll() {
        return null;
    }

    @Override
    public int size() {
        return 0;
    }
}
