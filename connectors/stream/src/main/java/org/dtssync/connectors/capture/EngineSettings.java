package org.dtssync.connectors.capture;

import java.util.Properties;
import org.apache.kafka.connect.storage.MemoryOffsetBackingStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.WatchedSocketFactory;

/** What Debezium Embedded is told. */
final class EngineSettings {

    /**
     * Settings that decide how the walsender prints values. They go in as start-up options, since Debezium runs no statement
     * of ours on the replication connection.
     */
    private static final String SESSION_OPTIONS =
            "-c IntervalStyle=postgres -c bytea_output=hex -c lc_monetary=C -c search_path=pg_catalog -c row_security=off"
                    + " -c xmloption=content -c statement_timeout=0 -c idle_in_transaction_session_timeout=0";

    private EngineSettings() {}

    static Properties of(CaptureSettings settings) {
        Properties properties = new Properties();
        connection(properties, settings);
        properties.setProperty("name", settings.slot());
        properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        properties.setProperty("topic.prefix", settings.task());
        properties.setProperty("topic.naming.strategy", EscapingTopicNaming.class.getName());
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("slot.name", settings.slot());
        properties.setProperty("slot.drop.on.stop", "false");
        properties.setProperty("slot.max.retries", "0");
        properties.setProperty("publication.name", settings.publication());
        properties.setProperty("publication.autocreate.mode", "disabled");
        position(properties);
        fidelity(properties);
        pace(properties);
        return properties;
    }

    private static void connection(Properties properties, CaptureSettings settings) {
        DatabaseSettings source = settings.source();
        Properties parsed = org.postgresql.Driver.parseURL(source.url(), new Properties());
        if (parsed == null) {
            throw new SyncException(FaultKind.USAGE, "source.url is not a JDBC URL of PostgreSQL.", "");
        }
        properties.setProperty("driver.connectTimeout", "10");
        properties.setProperty("driver.socketFactory", WatchedSocketFactory.class.getName());
        String options = SESSION_OPTIONS;
        for (String name : parsed.stringPropertyNames()) {
            switch (name) {
                case "PGHOST", "PGPORT", "PGDBNAME", "user", "password" -> {}
                case "options" -> options = parsed.getProperty(name) + " " + SESSION_OPTIONS;
                default -> properties.setProperty("driver." + name, parsed.getProperty(name));
            }
        }
        source.properties().forEach((name, value) -> properties.setProperty("driver." + name, value));
        properties.setProperty("driver.options", options);
        properties.setProperty("driver.ApplicationName", settings.applicationName());
        properties.setProperty("database.hostname", parsed.getProperty("PGHOST", "localhost"));
        properties.setProperty("database.port", parsed.getProperty("PGPORT", "5432"));
        properties.setProperty("database.dbname", parsed.getProperty("PGDBNAME"));
        // As the driver has it, which the other sessions leave this to: what the URL says goes first.
        String password = source.password() == null ? "" : source.password();
        properties.setProperty("database.user", parsed.getProperty("user", source.user()));
        properties.setProperty("database.password", parsed.getProperty("password", password));
        properties.setProperty("database.tcpKeepAlive", "true");
    }

    /** Where to go on is decided by the last cut and the slot alone, never by an offset that Debezium stored. */
    private static void position(Properties properties) {
        properties.setProperty("offset.storage", MemoryOffsetBackingStore.class.getName());
        properties.setProperty("bootstrap.servers", "unused:1");
        properties.setProperty("snapshot.mode", "no_data");
        properties.setProperty("offset.flush.interval.ms", "0");
        properties.setProperty("errors.max.retries", "0");
        properties.setProperty("heartbeat.interval.ms", "0");
        properties.setProperty("provide.transaction.metadata", "true");
    }

    private static void fidelity(Properties properties) {
        properties.setProperty("converters", "exact");
        properties.setProperty("exact.type", ExactColumnConverter.class.getName());
        properties.setProperty("include.unknown.datatypes", "true");
        properties.setProperty("skipped.operations", "none");
        properties.setProperty("tombstones.on.delete", "false");
        properties.setProperty("event.processing.failure.handling.mode", "fail");
        properties.setProperty("event.converting.failure.handling.mode", "fail");
        properties.setProperty("schema.refresh.mode", "columns_diff_exclude_unchanged_toast");
        properties.setProperty("field.name.adjustment.mode", "none");
        properties.setProperty("schema.name.adjustment.mode", "none");
        // Only system schemas are left out here: the publication says which tables are captured.
        properties.setProperty("interval.handling.mode", "string");
        properties.setProperty("decimal.handling.mode", "string");
    }

    private static void pace(Properties properties) {
        properties.setProperty("poll.interval.ms", "5");
        properties.setProperty("max.batch.size", "4096");
        // As small as it may be: what waits here is copied by each collection of the heap.
        properties.setProperty("max.queue.size", "4500");
        properties.setProperty("max.queue.size.in.bytes", "50331648");
        properties.setProperty("record.processing.threads", "1");
        properties.setProperty("status.update.interval.ms", "5000");
        properties.setProperty("task.management.timeout.ms", "60000");
    }
}
