package org.dtssync.connectors.capture.debezium;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresTaskContext;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.TableId;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Makes Debezium's read events of rows whose values are the server's texts, in the same schemas as those of the stream: the database that
 * describes the tables may be the destination, whose columns have the same types.
 *
 * <p>Not thread-safe.
 */
public final class ReadTables implements AutoCloseable {

    private final CatalogConnection catalog;
    private final ExactSchema schema;
    private final CatalogTables tables;

    /**
     * What all rows have in common.
     *
     * @param lsn as of which position they are
     * @param timeMillis when the last transaction before it committed
     */
    public record At(Lsn lsn, long timeMillis) {}

    private static final class Context extends PostgresTaskContext {
        Context(Configuration raw, PostgresConnectorConfig configuration) {
            super(raw, configuration);
        }
    }

    /**
     * Opens a session.
     *
     * @param settings those of the capture, with the database that describes the tables as source
     */
    public ReadTables(CaptureSettings settings) {
        Configuration raw = Configuration.from(ConnectorSettings.of(settings));
        PostgresConnectorConfig configuration = new PostgresConnectorConfig(raw);
        this.catalog = CatalogConnection.ofTypes(configuration.getJdbcConfig());
        ExactTypeRegistry types = new ExactTypeRegistry(configuration.getJdbcConfig(), catalog);
        @SuppressWarnings("unchecked") // Debezium's is raw.
        TopicNamingStrategy<TableId> topics =
                configuration.getTopicNamingStrategy(CommonConnectorConfig.TOPIC_NAMING_STRATEGY);
        EscapedNames names = new EscapedNames();
        this.schema = new ExactSchema(
                new Context(raw, configuration),
                topics,
                new ExactValues(configuration, types, raw.getBoolean(ExactPostgresTask.DESCRIBED, false)),
                new CustomConverterRegistry(List.of()),
                names);
        this.tables = new CatalogTables(
                types, schema, names, settings.task(), raw.getString(PostgresConnectorConfig.DATABASE_NAME));
    }

    /**
     * Returns how the rows of a table become events.
     *
     * @param columns the columns as the rows have them
     * @throws SyncException of kind SHAPE_CHANGED if the database has other columns
     */
    public ReadTable of(TableName table, List<String> columns) {
        CatalogTables.CatalogTable found;
        try {
            found = tables.read(table, catalog.connection());
        } catch (SQLException e) {
            throw SqlFaults.explain("The columns of table " + table + " could not be read", e);
        }
        if (!found.columns().stream()
                .sorted()
                .toList()
                .equals(columns.stream().sorted().toList())) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table + " changed its columns since its rows were read.",
                    "Run the same command again.");
        }
        return new ReadTable(
                found, found.columns().stream().mapToInt(columns::indexOf).toArray());
    }

    /** How the rows of one table become events. Not thread-safe. */
    public static final class ReadTable {

        private final CatalogTables.CatalogTable table;
        private final int[] places;
        private final Map<At, Struct> sources = new HashMap<>();

        private ReadTable(CatalogTables.CatalogTable table, int[] places) {
            this.table = table;
            this.places = places;
        }

        /** Returns the schema of the events. */
        public Schema schema() {
            return table.schema();
        }

        /**
         * Returns the event of a row.
         *
         * @param texts the server's texts of its values, null for NULL
         */
        public Struct event(@Nullable String[] texts, At at) {
            @Nullable Object[] values = new Object[places.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = texts[places[i]];
            }
            Instant time = Instant.ofEpochMilli(at.timeMillis());
            return table.event(values, sources.computeIfAbsent(at, where -> table.source(where.lsn(), time)), time);
        }
    }

    @Override
    public void close() {
        try {
            schema.close();
            catalog.end();
        } catch (SQLException e) {
            throw SqlFaults.explain("The session that describes tables could not be closed", e);
        }
    }
}
