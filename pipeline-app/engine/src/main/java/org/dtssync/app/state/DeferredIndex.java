package org.dtssync.app.state;

import java.time.Instant;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * An index that a carried command makes and that is built while the stream continues.
 *
 * @param number the command
 * @param indexOid its object identifier where the command was run first
 * @param tableOid that of its table
 * @param index its name
 * @param table its table's name, in the same schema
 * @param statement makes it
 * @param error why it could not be built
 * @param deferredAt when the stream passed the command
 * @param startedAt when it last began to be built
 */
public record DeferredIndex(
        DdlNumber number,
        String indexOid,
        String tableOid,
        TableName index,
        String table,
        String statement,
        Optional<String> error,
        Instant deferredAt,
        Optional<Instant> startedAt) {

    /** Returns one that has not been begun. */
    public static DeferredIndex of(
            DdlNumber number, String indexOid, String tableOid, TableName index, String table, String statement) {
        return new DeferredIndex(
                number, indexOid, tableOid, index, table, statement, Optional.empty(), Instant.EPOCH, Optional.empty());
    }

    /** Returns its name as the list of schema objects has it. */
    public String object() {
        return "index:" + index.schema() + "." + index.table();
    }
}
