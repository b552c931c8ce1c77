package org.dtssync.connectors.capture.debezium;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.postgresql.PostgresSourceInfoStructMaker;
import io.debezium.connector.postgresql.SourceInfo;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.TopicNames;

/**
 * Builds Debezium's block {@code source} of each envelope, with the names of schema and table at the source. Debezium instantiates it by
 * class name.
 *
 * <p>Used by the one thread that reads the WAL.
 */
public final class SourceBlock extends PostgresSourceInfoStructMaker {

    private Field schemaName;
    private Field tableName;
    private Field snapshot;

    /** Whether also what Debezium leaves to the schema's default is written: our converter writes no defaults. */
    private boolean complete;

    @Override
    @SuppressWarnings("deprecation") // Debezium makes this object; nothing else brings our own property here.
    public void init(String connector, String version, CommonConnectorConfig configuration) {
        super.init(connector, version, configuration);
        schemaName = schema().field(SourceInfo.SCHEMA_NAME_KEY);
        tableName = schema().field(SourceInfo.TABLE_NAME_KEY);
        snapshot = schema().field(SourceInfo.SNAPSHOT_KEY);
        complete = configuration.getConfig().getBoolean(ExactPostgresTask.DESCRIBED, false);
    }

    @Override
    public Struct struct(SourceInfo info) {
        Struct block = super.struct(info);
        unescape(block, schemaName);
        unescape(block, tableName);
        if (complete && block.getWithoutDefault(snapshot.name()) == null) {
            block.put(snapshot, "false");
        }
        return block;
    }

    private static void unescape(Struct block, Field field) {
        String escaped = (String) block.get(field);
        String name = TopicNames.unescape(escaped);
        if (!name.equals(escaped)) {
            block.put(field, name);
        }
    }
}
