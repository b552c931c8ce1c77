package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/** Removes the rows of tables at the destination, within the connection's transaction. Not thread-safe. */
final class TableEmptier {

    private static final String FEATURE_NOT_SUPPORTED = "0A000";

    private final Connection destination;

    TableEmptier(Connection destination) {
        this.destination = destination;
    }

    /** Truncates all the tables in one statement, as foreign keys between them demand. */
    void truncate(List<TableName> tables) throws SQLException {
        Map<TableName, TableShape> shapes = new TableCatalog(destination).shapes(tables);
        String names = tables.stream().map(table -> shapes.get(table).sql()).collect(Collectors.joining(", "));
        try {
            execute("TRUNCATE " + names);
        } catch (SQLException e) {
            throw SqlFaults.explain("The selected tables could not be emptied at the destination", e);
        }
    }

    /**
     * Empties one table. A table that foreign keys of others point to cannot be truncated by itself; its rows are then deleted,
     * which with {@code session_replication_role = replica} fires none of those keys.
     */
    void empty(TableName table) throws SQLException {
        String name =
                new TableCatalog(destination).shapes(List.of(table)).get(table).sql();
        Savepoint before = destination.setSavepoint();
        try {
            execute("TRUNCATE " + name);
        } catch (SQLException e) {
            if (!FEATURE_NOT_SUPPORTED.equals(e.getSQLState())) {
                throw SqlFaults.explain("Table " + table + " could not be emptied at the destination", e);
            }
            destination.rollback(before);
            execute("DELETE FROM " + name);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.execute(sql);
        }
    }
}
