package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.Module;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.SourceInfo;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.relational.Column;
import io.debezium.relational.ColumnEditor;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.capture.ReadEnvelopes;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Makes envelopes of rows that are read from tables. Their schemas are those of the stream, whose description of a table has the same
 * facts as the catalog.
 *
 * <p>Used by the thread that polls.
 */
final class CatalogEnvelopes implements ReadEnvelopes {

    private static final String COLUMNS = """
            SELECT a.attname, a.attnotnull, a.atttypid, a.atttypmod, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY a.attnum
            """;

    /** Debezium numbers the tables of its stream; those that are read have no numbers. */
    private static final int NO_RELATION = 0;

    private static final long MICROS = 1_000_000;

    private static final long NANOS = 1_000_000_000;

    private final ExactTypeRegistry types;
    private final ExactSchema schemas;
    private final PostgresConnectorConfig configuration;

    /**
     * @param schemas of tables that are read; not those of the stream, which another thread uses
     */
    CatalogEnvelopes(ExactTypeRegistry types, ExactSchema schemas, PostgresConnectorConfig configuration) {
        this.types = types;
        this.schemas = schemas;
        this.configuration = configuration;
    }

    @Override
    public OfTable of(TableName table, Connection session) throws SQLException {
        List<String> names = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement = session.prepareStatement(COLUMNS)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                    columns.add(column(rows));
                }
            }
        }
        schemas.applySchemaChangesForTable(
                NO_RELATION,
                Table.editor()
                        .tableId(new TableId(null, table.schema(), table.table()))
                        .addColumns(columns)
                        .create());
        TableSchema schema = schemas.schemaFor(
                new TableId(null, TopicNames.escape(table.schema()), TopicNames.escape(table.table())));
        return new Made(names, schema, table);
    }

    private Column column(ResultSet row) throws SQLException {
        PostgresType type = types.get((int) row.getLong(3));
        int modifier = row.getInt(4);
        boolean modified = modifier != TypeRegistry.NO_TYPE_MODIFIER;
        ColumnEditor column = Column.editor()
                .name(row.getString(1))
                .optional(!row.getBoolean(2))
                .jdbcType(type.getJdbcId())
                .nativeType(type.getOid())
                .type(type.getName())
                .length(modified ? type.getTypeInfo().getPrecision(type.getOid(), modifier) : type.getDefaultLength())
                .scale(modified ? type.getTypeInfo().getScale(type.getOid(), modifier) : type.getDefaultScale());
        String byDefault = row.getString(5);
        return (byDefault == null ? column : column.defaultValueExpression(byDefault)).create();
    }

    /** The envelopes of one table. */
    private final class Made implements OfTable {

        private final List<String> columns;
        private final TableSchema schema;
        private final TableName table;

        Made(List<String> columns, TableSchema schema, TableName table) {
            this.columns = List.copyOf(columns);
            this.schema = schema;
            this.table = table;
        }

        @Override
        public List<String> columns() {
            return columns;
        }

        @Override
        public Struct read(@Nullable String[] texts, Lsn lsn) {
            Instant now = Instant.now();
            return schema.getEnvelopeSchema().read(schema.valueFromColumnData(texts), source(now, lsn), now);
        }

        private Struct source(Instant now, Lsn lsn) {
            Schema block = schema.getEnvelopeSchema()
                    .schema()
                    .field(ChangeEnvelope.SOURCE)
                    .schema();
            long fraction = now.getNano();
            return new Struct(block)
                    .put(SourceInfo.DEBEZIUM_VERSION_KEY, Module.version())
                    .put(SourceInfo.DEBEZIUM_CONNECTOR_KEY, Module.name())
                    .put(SourceInfo.SERVER_NAME_KEY, configuration.getLogicalName())
                    .put(SourceInfo.TIMESTAMP_KEY, now.toEpochMilli())
                    .put(SourceInfo.TIMESTAMP_US_KEY, now.getEpochSecond() * MICROS + fraction / 1000)
                    .put(SourceInfo.TIMESTAMP_NS_KEY, now.getEpochSecond() * NANOS + fraction)
                    .put(SourceInfo.SNAPSHOT_KEY, "true")
                    .put(SourceInfo.DATABASE_NAME_KEY, configuration.databaseName())
                    .put(SourceInfo.SEQUENCE_KEY, "[null,\"" + lsn.value() + "\"]")
                    .put(SourceInfo.SCHEMA_NAME_KEY, table.schema())
                    .put(SourceInfo.TABLE_NAME_KEY, table.table())
                    .put(SourceInfo.LSN_KEY, lsn.value());
        }
    }
}
