package org.dtssync.connectors.capture.debezium;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.WatchedSocketFactory;

/** The connector's configuration. */
final class ConnectorSettings {

    /**
     * Settings of Debezium's sessions from their first statement on. The streaming one gets the other settings that determine how values are
     * printed in {@link ReplicationSession}.
     */
    private static final String SESSION_OPTIONS = "-c search_path=pg_catalog -c row_security=off"
            + " -c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0";

    private ConnectorSettings() {}

    static Map<String, String> of(CaptureSettings settings) {
        Map<String, String> properties = new HashMap<>();
        connection(properties, settings);
        properties.put("name", settings.slot());
        properties.put("connector.class", ExactPostgresConnector.class.getName());
        properties.put("topic.prefix", settings.task());
        properties.put("topic.naming.strategy", TableTopics.class.getName());
        properties.put("sourceinfo.struct.maker", SourceBlock.class.getName());
        properties.put("plugin.name", "pgoutput");
        properties.put("slot.name", settings.slot());
        properties.put("slot.drop.on.stop", "false");
        properties.put("slot.max.retries", "0");
        properties.put("publication.name", settings.publication());
        properties.put("publication.autocreate.mode", "disabled");
        position(properties);
        fidelity(properties);
        pace(properties);
        return properties;
    }

    private static void connection(Map<String, String> properties, CaptureSettings settings) {
        DatabaseSettings source = settings.source();
        Properties parsed = org.postgresql.Driver.parseURL(source.url(), new Properties());
        if (parsed == null) {
            throw new SyncException(FaultKind.USAGE, "source.url is not a JDBC URL of PostgreSQL.", "");
        }
        properties.put("driver.connectTimeout", "10");
        properties.put("driver.socketFactory", WatchedSocketFactory.class.getName());
        String options = SESSION_OPTIONS;
        for (String name : parsed.stringPropertyNames()) {
            switch (name) {
                case "PGHOST", "PGPORT", "PGDBNAME", "user", "password" -> {}
                case "options" -> options = parsed.getProperty(name) + " " + SESSION_OPTIONS;
                default -> properties.put("driver." + name, parsed.getProperty(name));
            }
        }
        source.properties().forEach((name, value) -> properties.put("driver." + name, value));
        properties.put("driver.options", options);
        properties.put("driver.ApplicationName", settings.applicationName());
        properties.put("database.hostname", parsed.getProperty("PGHOST", "localhost"));
        properties.put("database.port", parsed.getProperty("PGPORT", "5432"));
        properties.put("database.dbname", parsed.getProperty("PGDBNAME"));
        // Same precedence as the driver in the other sessions: the URL comes first.
        String password = source.password() == null ? "" : source.password();
        properties.put("database.user", parsed.getProperty("user", source.user()));
        properties.put("database.password", parsed.getProperty("password", password));
        properties.put("database.tcpKeepAlive", "true");
    }

    /** Only the last cut and the slot determine where to resume, never an offset that Debezium stored. */
    private static void position(Map<String, String> properties) {
        properties.put("snapshot.mode", "no_data");
        properties.put("errors.max.retries", "0");
        properties.put("heartbeat.interval.ms", "0");
        properties.put("provide.transaction.metadata", "false");
    }

    private static void fidelity(Map<String, String> properties) {
        properties.put("include.unknown.datatypes", "true");
        properties.put("skipped.operations", "none");
        properties.put("tombstones.on.delete", "false");
        properties.put("event.processing.failure.handling.mode", "fail");
        properties.put("event.converting.failure.handling.mode", "fail");
        properties.put("schema.refresh.mode", "columns_diff_exclude_unchanged_toast");
        properties.put("field.name.adjustment.mode", "none");
        properties.put("schema.name.adjustment.mode", "none");
        // The publication determines which tables are captured. A change of an unknown table is an error,
        // never ignored.
        properties.put("table.ignore.builtin", "false");
        properties.put("interval.handling.mode", "string");
        properties.put("decimal.handling.mode", "string");
    }

    private static void pace(Map<String, String> properties) {
        properties.put("poll.interval.ms", "5");
        properties.put("max.batch.size", "4096");
        // As small as possible: what waits here is copied by each garbage collection.
        properties.put("max.queue.size", "4500");
        properties.put("max.queue.size.in.bytes", "50331648");
        properties.put("status.update.interval.ms", "5000");
    }
}
