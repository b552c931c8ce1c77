package org.dtssync.app.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;

/** Reads where the source's log ends. */
public final class SourcePosition {

    private SourcePosition() {}

    /** Returns a position behind everything that has committed at the source. */
    public static Lsn insert(DatabaseConnections source) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
            rows.next();
            return Lsn.parse(rows.getString(1));
        } catch (SQLException e) {
            throw SqlFaults.explain("The source's position could not be read", e);
        }
    }
}
