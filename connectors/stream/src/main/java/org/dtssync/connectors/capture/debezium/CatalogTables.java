package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.postgresql.Module;
import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.SourceInfo;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.relational.Column;
import io.debezium.relational.ColumnEditor;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import io.debezium.util.Strings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Describes tables from a catalog with the same facts as the stream describes them, so that events of rows that are read have the schemas
 * of changes.
 *
 * <p>Not thread-safe.
 */
final class CatalogTables {

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
    private final EscapedNames names;
    private final String task;
    private final String database;

    /**
     * @param schemas of tables that are read; not those of the stream, which another thread uses
     * @param names those of the schemas
     * @param task what events call their server
     * @param database what events call their database
     */
    CatalogTables(ExactTypeRegistry types, ExactSchema schemas, EscapedNames names, String task, String database) {
        this.types = types;
        this.schemas = schemas;
        this.names = names;
        this.task = task;
        this.database = database;
    }

    /** Reads a table as it is in a session. */
    CatalogTable read(TableName table, Connection session) throws SQLException {
        List<String> found = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement statement = session.prepareStatement(COLUMNS)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                    columns.add(column(rows));
                }
            }
        }
        names.read(found);
        schemas.applySchemaChangesForTable(
                NO_RELATION,
                Table.editor()
                        .tableId(new TableId(null, table.schema(), table.table()))
                        .addColumns(columns)
                        .create());
        TableSchema schema = Objects.requireNonNull(
                schemas.schemaFor(
                        new TableId(null, TopicNames.escape(table.schema()), TopicNames.escape(table.table()))),
                "It was just described.");
        return new CatalogTable(table, found, schema);
    }

    private Column column(ResultSet row) throws SQLException {
        int oid = (int) row.getLong(3);
        int modifier = row.getInt(4);
        PostgresType type = types.get(oid);
        boolean plain = modifier == TypeRegistry.NO_TYPE_MODIFIER || type.getTypeInfo() == null;
        ColumnEditor column = Column.editor()
                .name(Strings.unquoteIdentifierPart(row.getString(1)))
                .optional(!row.getBoolean(2))
                .jdbcType(type.getJdbcId())
                .nativeType(type.getOid())
                .type(type.getName(), type.getName())
                .length(plain ? type.getDefaultLength() : type.getTypeInfo().getPrecision(oid, modifier))
                .scale(plain ? type.getDefaultScale() : type.getTypeInfo().getScale(oid, modifier));
        String byDefault = row.getString(5);
        return (byDefault == null ? column : column.defaultValueExpression(byDefault)).create();
    }

    /** One table, as the catalog had it. */
    final class CatalogTable {

        private final TableName table;
        private final List<String> columns;
        private final TableSchema schema;

        private CatalogTable(TableName table, List<String> columns, TableSchema schema) {
            this.table = table;
            this.columns = List.copyOf(columns);
            this.schema = schema;
        }

        /** Returns the names of its columns in their order, without generated ones. */
        List<String> columns() {
            return columns;
        }

        /** Returns the schema of events. */
        Schema schema() {
            return schema.getEnvelopeSchema().schema();
        }

        /**
         * Returns the event of a row.
         *
         * @param texts the server's texts of its values in the order of the columns, null for NULL
         * @param source where it was read
         */
        Struct event(@Nullable Object[] texts, Struct source, Instant at) {
            return schema.getEnvelopeSchema().read(schema.valueFromColumnData(texts), source, at);
        }

        /** Returns what an event says of where its row was read. */
        Struct source(Lsn lsn, Instant at) {
            Schema block = schema().field(ChangeEnvelope.SOURCE).schema();
            long fraction = at.getNano();
            return new Struct(block)
                    .put(SourceInfo.DEBEZIUM_VERSION_KEY, Module.version())
                    .put(SourceInfo.DEBEZIUM_CONNECTOR_KEY, Module.name())
                    .put(SourceInfo.SERVER_NAME_KEY, task)
                    .put(SourceInfo.TIMESTAMP_KEY, at.toEpochMilli())
                    .put(SourceInfo.TIMESTAMP_US_KEY, at.getEpochSecond() * MICROS + fraction / 1000)
                    .put(SourceInfo.TIMESTAMP_NS_KEY, at.getEpochSecond() * NANOS + fraction)
                    .put(SourceInfo.SNAPSHOT_KEY, "true")
                    .put(SourceInfo.DATABASE_NAME_KEY, database)
                    .put(SourceInfo.SEQUENCE_KEY, "[null,\"" + lsn.value() + "\"]")
                    .put(SourceInfo.SCHEMA_NAME_KEY, table.schema())
                    .put(SourceInfo.TABLE_NAME_KEY, table.table())
                    .put(SourceInfo.LSN_KEY, lsn.value());
        }
    }
}
