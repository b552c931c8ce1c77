package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.dtssync.connectors.postgres.TableName;

/** Begins the transaction at the source in which a chunk is read; where its rows go to the topics too, they are there when it returns. */
@FunctionalInterface
public interface ChunkBeginning {

    /** Only begins it. */
    ChunkBeginning ALONE = (table, source, parts, begin) -> begin.run(false);

    /**
     * Begins.
     *
     * @param table the chunk's table
     * @param source the session
     * @param parts of the chunk's rows, of which each may be read in a transaction of its own
     * @param begin begins the transaction, whose first query takes its snapshot
     */
    void begin(TableName table, Connection source, Parts parts, Begin begin) throws SQLException, InterruptedException;

    /** The beginning of a transaction. */
    @FunctionalInterface
    interface Begin {
        /**
         * Begins.
         *
         * @param briefly whether it gives up at once if something holds a lock that it needs
         */
        void run(boolean briefly) throws SQLException;
    }

    /** Parts of the rows of a chunk. */
    @FunctionalInterface
    interface Parts {
        /** Returns what follows {@code FROM} in queries of their rows, and is asked for outside of a transaction. */
        List<String> read() throws SQLException;
    }
}
