package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import org.dtssync.connectors.postgres.TableName;

/** Begins the transaction at the source in which a chunk is read; where its rows go to the topics too, they are there when it returns. */
@FunctionalInterface
public interface ChunkBeginning {

    /** Only begins it. */
    ChunkBeginning ALONE = (table, source, from, begin) -> begin.run();

    /**
     * Begins.
     *
     * @param table the chunk's table
     * @param source the session
     * @param from what follows {@code FROM} in a query of the chunk's rows
     * @param begin begins the transaction, whose first query takes its snapshot
     */
    void begin(TableName table, Connection source, String from, Begin begin) throws SQLException, InterruptedException;

    /** The beginning of a transaction. */
    @FunctionalInterface
    interface Begin {
        /** Begins. */
        void run() throws SQLException;
    }
}
