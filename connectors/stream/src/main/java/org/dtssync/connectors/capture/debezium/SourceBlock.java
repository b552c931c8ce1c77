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

    @Override
    public void init(String connector, String version, CommonConnectorConfig configuration) {
        super.init(connector, version, configuration);
        schemaName = schema().field(SourceInfo.SCHEMA_NAME_KEY);
        tableName = schema().field(SourceInfo.TABLE_NAME_KEY);
    }

    @Override
    public Struct struct(SourceInfo info) {
        Struct block = super.struct(info);
        unescape(block, schemaName);
        unescape(block, tableName);
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
