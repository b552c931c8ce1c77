package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/** Removes the rows of tables of a database that is loaded, within the connection's transaction. Not thread-safe. */
final class TableEmptier {

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private final Connection connection;
    private final End database;

    /** Creates one for a connection to a database that messages call by this name. */
    TableEmptier(Connection connection, End database) {
        this.connection = connection;
        this.database = database;
    }

    /**
     * Empties the tables, all in one statement, as foreign keys between them require. If keys of other tables refer to
     * them they cannot be truncated; their rows are then deleted, which with {@code session_replication_role = replica} fires
     * none of those keys.
     */
    void empty(List<TableName> tables) throws SQLException {
        List<String> names = new LoadedTables(connection)
                .shapes(tables).values().stream().map(LoadedTable::sql).toList();
        Savepoint before = connection.setSavepoint();
        try {
            execute("TRUNCATE " + String.join(", ", names));
        } catch (SQLException e) {
            if (!FEATURE_NOT_SUPPORTED.equals(e.getSQLState())) {
                throw SqlFaults.explain("The tables starting with " + tables.get(0) + " could not be emptied", e);
            }
            connection.rollback(before);
            requireReplica(tables.get(0));
            for (String name : names) {
                execute("DELETE FROM " + name);
            }
        }
    }

    /** Under any other role the deletes would cascade into the tables that refer to these. */
    private void requireReplica(TableName table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT current_setting('session_replication_role') = 'replica'")) {
            rows.next();
            if (!rows.getBoolean(1)) {
                throw new SyncException(
                        FaultKind.PERMISSION,
                        "Foreign keys of other tables refer to table " + table
                                + ", and the account at the " + database
                                + " may not set session_replication_role to empty it.",
                        "Grant that right there, or drop these foreign keys and re-create them afterwards.");
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
