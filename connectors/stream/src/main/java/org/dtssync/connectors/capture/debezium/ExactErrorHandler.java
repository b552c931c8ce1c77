package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.base.ChangeEventQueue;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresErrorHandler;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;

/** Ends our queue with the failure of the thread that reads the WAL. Nothing is retried here. Thread-safe. */
final class ExactErrorHandler extends PostgresErrorHandler {

    private final EventQueue events;
    private final AtomicReference<Throwable> first = new AtomicReference<>();

    ExactErrorHandler(PostgresConnectorConfig configuration, ChangeEventQueue<?> unused, EventQueue events) {
        super(configuration, unused, null);
        this.events = events;
    }

    @Override
    public void setProducerThrowable(Throwable failure) {
        if (first.compareAndSet(null, failure)) {
            events.fail(new ConnectException("The replication stream ended", failure));
        }
    }

    @Override
    public @Nullable Throwable getProducerThrowable() {
        return first.get();
    }
}
