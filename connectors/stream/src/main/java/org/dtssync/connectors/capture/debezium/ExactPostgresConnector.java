package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/** Debezium's connector with our own task, which passes on each value as the text that the server sent. */
public final class ExactPostgresConnector extends PostgresConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return ExactPostgresTask.class;
    }
}
