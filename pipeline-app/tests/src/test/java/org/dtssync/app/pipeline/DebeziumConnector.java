package org.dtssync.app.pipeline;

import java.util.Map;
import java.util.Objects;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * Debezium's own PostgreSQL connector with its defaults, which captures the same database as a task.
 *
 * @param name of the connector, its slot, its publication and what its topics begin with
 * @param source the database
 */
record DebeziumConnector(String name, DatabaseSettings source) {

    Map<String, String> properties() {
        DatabaseAddress address = DatabaseAddress.of(source.url()).orElseThrow();
        return Map.ofEntries(
                Map.entry("name", name),
                Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
                Map.entry("database.hostname", address.hosts().get(0)),
                Map.entry("database.port", address.ports().get(0).toString()),
                Map.entry("database.dbname", address.database()),
                Map.entry("database.user", source.user()),
                Map.entry("database.password", Objects.requireNonNullElse(source.password(), "none")),
                Map.entry("topic.prefix", name),
                Map.entry("plugin.name", "pgoutput"),
                Map.entry("slot.name", name),
                Map.entry("publication.name", name),
                Map.entry("publication.autocreate.mode", "filtered"),
                Map.entry("schema.include.list", "public"),
                Map.entry("snapshot.mode", "no_data"),
                // By default it leaves out each TRUNCATE.
                Map.entry("skipped.operations", "none"),
                Map.entry("topic.creation.default.partitions", "1"),
                Map.entry("topic.creation.default.replication.factor", "1"),
                Map.entry("column.propagate.source.type", ".*"),
                Map.entry("provide.transaction.metadata", "true"));
    }
}
