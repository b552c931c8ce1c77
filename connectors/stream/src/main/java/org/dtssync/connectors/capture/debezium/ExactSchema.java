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
 * Knows a table from its first change on: the server describes each table in the stream before that. Debezium's own asks the
 * catalog for every table of the database before it streams, three queries and a schema in memory for each, which takes minutes and
 * a gigabyte where there are tens of thousands.
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
