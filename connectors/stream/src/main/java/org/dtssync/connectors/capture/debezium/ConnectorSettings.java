package org.dtssync.connectors.capture.debezium;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseAddress;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.WatchedSocketFactory;
import org.dtssync.schemas.TopicValues;

/** The connector's configuration. */
final class ConnectorSettings {

    private ConnectorSettings() {}

    static Map<String, String> of(CaptureSettings settings) {
        Map<String, String> properties = new HashMap<>();
        connection(properties, settings);
        properties.put("name", settings.slot());
        properties.put("connector.class", ExactPostgresConnector.class.getName());
        properties.put("topic.prefix", settings.task());
        properties.put("topic.naming.strategy", TableTopics.class.getName());
        properties.put(TableTopics.LAYOUT, settings.topics().layout().name());
        properties.put("sourceinfo.struct.maker", SourceBlock.class.getName());
        properties.put("plugin.name", "pgoutput");
        properties.put("slot.name", settings.slot());
        properties.put("slot.drop.on.stop", "false");
        properties.put("slot.max.retries", "0");
        properties.put("publication.name", settings.publication());
        properties.put("publication.autocreate.mode", "disabled");
        position(properties);
        fidelity(properties);
        if (settings.topics().values() == TopicValues.DEBEZIUM) {
            properties.put(ExactPostgresTask.DESCRIBED, "true");
            properties.put("column.propagate.source.type", ".*");
        }
        pace(properties);
        return properties;
    }

    /** {@link SourceConnections} connects with them. Debezium's own URL cannot name several servers or every database. */
    private static void connection(Map<String, String> properties, CaptureSettings settings) {
        DatabaseSettings source = settings.source();
        DatabaseAddress address = DatabaseAddress.of(source.url())
                .orElseThrow(
                        () -> new SyncException(FaultKind.USAGE, "source.url is not a JDBC URL of PostgreSQL.", ""));
        Properties login = new Properties();
        login.setProperty("connectTimeout", "10");
        login.setProperty("tcpKeepAlive", "true");
        login.setProperty("socketFactory", WatchedSocketFactory.class.getName());
        login.putAll(source.properties());
        login.setProperty("user", source.user());
        login.setProperty("password", source.password() == null ? "" : source.password());
        address.addTo(login);
        source.silenceLogin(login);
        properties.put("database.connection.factory.class", SourceConnections.class.getName());
        properties.put("database." + SourceConnections.URL, address.bareUrl());
        // Debezium requires them, and shows them.
        properties.put("database.hostname", address.hosts().get(0));
        properties.put("database.port", address.ports().get(0).toString());
        properties.put("database.dbname", address.database());
        for (String name : login.stringPropertyNames()) {
            String prefix = name.equals("user") || name.equals("password") ? "database." : "driver.";
            properties.put(prefix + name, login.getProperty(name));
        }
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
