package io.debezium.connector.postgresql;

import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.PostgresDefaultValueConverter;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.RelationalDatabaseSchema;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchemaBuilder;
import io.debezium.relational.Tables;
import io.debezium.spi.topic.TopicNamingStrategy;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the place of Debezium's class of the same name and knows a table from its first change on: the server describes each table
 * in the stream before that. Debezium's own asks the catalog for every table of the database before it streams, three questions
 * and a schema in memory for each, which takes minutes and a gigabyte where there are tens of thousands.
 *
 * <p>Used by the one thread that reads the WAL. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
public class PostgresSchema extends RelationalDatabaseSchema {

    /** Tables by the number the stream calls them by. */
    private final Map<Integer, TableId> relations = new HashMap<>();

    /** The signature is Debezium's. */
    protected PostgresSchema(
            CdcSourceTaskContext<PostgresConnectorConfig> context,
            PostgresDefaultValueConverter defaultConverter,
            TopicNamingStrategy<TableId> topicNaming,
            PostgresValueConverter valueConverter,
            CustomConverterRegistry customConverters) {
        super(
                context.getConfig(),
                topicNaming,
                context.getConfig().getTableFilters().dataCollectionFilter(),
                context.getConfig().getColumnFilter(),
                new TableSchemaBuilder(
                        valueConverter,
                        defaultConverter,
                        context.getConfig().schemaNameAdjuster(),
                        customConverters,
                        context.getConfig().getSourceInfoStructMaker().schema(),
                        context.getConfig().getFieldNamer(),
                        false,
                        context.getConfig().getEventConvertingFailureHandlingMode()),
                false,
                context.getConfig().getKeyMapper(),
                context);
    }

    /** Does nothing: called before the stream begins, which then tells of each table. */
    protected PostgresSchema refresh(PostgresConnection connection, boolean printReplicaIdentityInfo) {
        return this;
    }

    /** Reads one table from the catalog. */
    protected void refresh(PostgresConnection connection, TableId table, boolean refreshToastableColumns)
            throws SQLException {
        Tables found = new Tables();
        connection.readSchema(found, null, table.schema(), table::equals, null, true);
        if (found.size() > 0) {
            refresh(found.forTable(table));
        }
    }

    /** Reads one table from the catalog. */
    protected void refreshFromIncrementalSnapshot(PostgresConnection connection, TableId table) throws SQLException {
        refresh(connection, table, false);
    }

    /** Returns whether changes of a table are left out. */
    protected boolean isFilteredOut(TableId table) {
        return !getTableFilter().isIncluded(table);
    }

    /** Returns the table of a name; one without a schema is in public. */
    protected static TableId parse(String name) {
        TableId table = TableId.parse(name, false);
        return table == null || table.schema() != null ? table : new TableId(table.catalog(), "public", table.table());
    }

    /** Returns none: they are asked for where a change may lack columns without a word, which pgoutput never does. */
    public List<String> getToastableColumnsForTableId(TableId table) {
        return List.of();
    }

    /** Takes over a table as the stream describes it. */
    public void applySchemaChangesForTable(int relation, Table table) {
        if (!isFilteredOut(table.id())) {
            relations.put(relation, table.id());
            refresh(table);
        }
    }

    /** Returns the table that the stream calls by a number; null if it did not describe it. */
    public Table tableFor(int relation) {
        TableId table = relations.get(relation);
        return table == null ? null : tableFor(table);
    }
}
