package org.dtssync.connectors.apply;

import java.sql.Connection;
import java.sql.SQLException;
import org.dtssync.connectors.postgres.Lsn;

/** Where the LSN is kept from which on the destination is a prefix of the source. */
@FunctionalInterface
public interface ConsistencyPoint {

    /** Raises it, in the transaction of the connection to the destination; it never goes back. */
    void raise(Connection destination, Lsn lsn) throws SQLException;
}
