package org.dtssync.connectors.capture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Makes envelopes of rows that were read from a table, as the stream makes those of changes. For the thread that streams. */
public interface ReadEnvelopes {

    /**
     * Prepares for the rows of a table.
     *
     * @param session in the transaction in which they are read
     */
    OfTable of(TableName table, Connection session) throws SQLException;

    /** The envelopes of one table. */
    interface OfTable {

        /** Returns the names of the columns at the source, in their order, without generated ones. */
        List<String> columns();

        /**
         * Returns the envelope of a row.
         *
         * @param texts PostgreSQL's text of each column; null for NULL
         * @param lsn where the source was when it was read
         */
        Struct read(@Nullable String[] texts, Lsn lsn);
    }
}
