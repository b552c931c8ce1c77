package org.dtssync.connectors.capture.debezium;

import io.debezium.connector.common.CdcSourceTaskContext;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.spi.topic.TopicNamingStrategy;

/**
 * Learns a table at its first change: the server describes each table in the stream before that. Debezium's own class queries the
 * catalog for every table of the database before it streams, three queries and a schema in memory for each, which takes minutes and
 * a gigabyte with tens of thousands of tables.
 *
 * <p>Used by the one thread that reads the WAL. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
final class ExactSchema extends PostgresSchema {

    private final EscapedNames names;

    ExactSchema(
            CdcSourceTaskContext<PostgresConnectorConfig> context,
            TopicNamingStrategy<TableId> topics,
            PostgresValueConverter values,
            CustomConverterRegistry converters,
            EscapedNames names) {
        super(context, null, topics, values, converters);
        this.names = names;
    }

    /** Reads nothing: called before the stream begins, which then describes each table. */
    @Override
    protected PostgresSchema refresh(PostgresConnection connection, boolean printReplicaIdentityInfo) {
        return this;
    }

    @Override
    public void applySchemaChangesForTable(int relation, Table table) {
        super.applySchemaChangesForTable(relation, names.escape(table));
    }
}
