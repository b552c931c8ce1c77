package org.dtssync.connectors.capture.debezium;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresTaskContext;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.relational.Column;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import io.debezium.spi.topic.TopicNamingStrategy;
import io.debezium.util.Strings;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Makes Debezium's read events of rows whose values are the server's texts, in the same schemas as those of the stream: the database that
 * describes the tables may be the destination, whose columns have the same types.
 *
 * <p>Not thread-safe.
 */
public final class ReadTables implements AutoCloseable {

    private static final String COLUMNS = """
            SELECT a.attname, a.atttypid, a.atttypmod, a.attnotnull FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY a.attnum
            """;

    private static final int NO_MODIFIER = -1;

    private final String database;
    private final CatalogConnection catalog;
    private final ExactTypeRegistry types;
    private final EscapedNames names = new EscapedNames();
    private final ExactSchema schema;
    private final String task;
    private int relations;

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
        this.task = settings.task();
        this.database = raw.getString(PostgresConnectorConfig.DATABASE_NAME);
        this.catalog = CatalogConnection.ofTypes(configuration.getJdbcConfig());
        this.types = new ExactTypeRegistry(configuration.getJdbcConfig(), catalog);
        @SuppressWarnings("unchecked") // Debezium's is raw.
        TopicNamingStrategy<TableId> topics =
                configuration.getTopicNamingStrategy(CommonConnectorConfig.TOPIC_NAMING_STRATEGY);
        this.schema = new ExactSchema(
                new Context(raw, configuration),
                topics,
                new ExactValues(configuration, types, raw.getBoolean(ExactPostgresTask.DESCRIBED, false)),
                new CustomConverterRegistry(List.of()),
                names);
    }

    /**
     * Returns how the rows of a table become events.
     *
     * @param columns the columns as the rows have them
     * @param key the columns of its key; empty if it has none
     * @throws SyncException of kind SHAPE_CHANGED if the database has other columns
     */
    public ReadTable of(TableName table, List<String> columns, Optional<List<String>> key) {
        List<Column> described = new ArrayList<>();
        List<String> found = new ArrayList<>();
        try (PreparedStatement statement = catalog.connection().prepareStatement(COLUMNS)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                    described.add(
                            column(rows.getString(1), (int) rows.getLong(2), rows.getInt(3), !rows.getBoolean(4)));
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The columns of table " + table + " could not be read", e);
        }
        if (!found.stream().sorted().toList().equals(columns.stream().sorted().toList())) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table + " changed its columns since its rows were read.",
                    "Run the same command again.");
        }
        names.read(found);
        schema.applySchemaChangesForTable(
                ++relations,
                Table.editor()
                        .tableId(new TableId(null, table.schema(), table.table()))
                        .addColumns(described)
                        .setPrimaryKeyNames(key.orElse(List.of()).stream()
                                .map(Strings::unquoteIdentifierPart)
                                .toList())
                        .create());
        TableSchema made = Objects.requireNonNull(
                schema.schemaFor(
                        new TableId(null, TopicNames.escape(table.schema()), TopicNames.escape(table.table()))),
                "It was just described.");
        int[] places = new int[columns.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = columns.indexOf(found.get(i));
        }
        return new ReadTable(table, made, places);
    }

    private Column column(String name, int oid, int modifier, boolean optional) {
        PostgresType type = types.get(oid);
        boolean plain = modifier == NO_MODIFIER || type.getTypeInfo() == null;
        return Column.editor()
                .name(Strings.unquoteIdentifierPart(name))
                .jdbcType(type.getRootType().getJdbcId())
                .nativeType(type.getRootType().getOid())
                .optional(optional)
                .type(type.getName(), type.getName())
                .length(plain ? type.getDefaultLength() : type.getTypeInfo().getPrecision(oid, modifier))
                .scale(plain ? type.getDefaultScale() : type.getTypeInfo().getScale(oid, modifier))
                .create();
    }

    /** How the rows of one table become events. Not thread-safe. */
    public final class ReadTable {

        private final TableName table;
        private final TableSchema made;
        private final int[] places;
        private final Map<At, Struct> sources = new HashMap<>();

        private ReadTable(TableName table, TableSchema made, int[] places) {
            this.table = table;
            this.made = made;
            this.places = places;
        }

        /** Returns the schema of the events. */
        public Schema schema() {
            return made.getEnvelopeSchema().schema();
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
            Struct event = new Struct(schema())
                    .put(ChangeEnvelope.OPERATION, ChangeEnvelope.READ)
                    .put(ChangeEnvelope.AFTER, made.valueFromColumnData(values))
                    .put("source", sources.computeIfAbsent(at, this::source));
            put(event, "ts_ms", at.timeMillis());
            put(event, "ts_us", at.timeMillis() * 1_000);
            put(event, "ts_ns", at.timeMillis() * 1_000_000);
            return event;
        }

        private Struct source(At at) {
            Struct source = new Struct(schema().field("source").schema());
            put(source, "version", io.debezium.connector.postgresql.Module.version());
            put(source, "connector", io.debezium.connector.postgresql.Module.name());
            put(source, "name", task);
            put(source, "db", database);
            put(source, "schema", table.schema());
            put(source, "table", table.table());
            put(source, "snapshot", "true");
            put(source, "lsn", at.lsn().value());
            put(source, "ts_ms", at.timeMillis());
            put(source, "ts_us", at.timeMillis() * 1_000);
            put(source, "ts_ns", at.timeMillis() * 1_000_000);
            return source;
        }

        private static void put(Struct struct, String name, Object value) {
            Field field = struct.schema().field(name);
            if (field != null) {
                struct.put(field, value);
            }
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
