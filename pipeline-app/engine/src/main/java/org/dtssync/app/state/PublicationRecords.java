package org.dtssync.app.state;

import java.sql.PreparedStatement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;

/**
 * Reads and writes what the task's publication was like when it was made. Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 */
public record PublicationRecords(DatabaseConnections destination, String task) {

    /**
     * What was recorded.
     *
     * @param publication its identity; empty before it is made
     * @param tables the identity of each table's entry
     */
    public record Recorded(Optional<String> publication, Map<TableName, String> tables) {}

    /** Reads everything. */
    public Recorded read() {
        return transactions().read("The publication of task " + task + " could not be looked up", connection -> {
            Optional<String> publication = Statements.first(
                    connection, "SELECT publication FROM dts_sync.task WHERE task = ?", row -> row.getString(1), task);
            Map<TableName, String> tables = new HashMap<>();
            Statements.list(
                    connection,
                    """
                    SELECT schema_name, table_name, publication
                    FROM dts_sync.table_progress WHERE task = ? AND publication IS NOT NULL
                    """,
                    row -> tables.put(new TableName(row.getString(1), row.getString(2)), row.getString(3)),
                    task);
            return new Recorded(publication, tables);
        });
    }

    private StateTransactions transactions() {
        return new StateTransactions(destination);
    }

    /** Records a publication that was just made, with every table of it. */
    public void store(String publication, Map<TableName, String> tables, Epoch epoch) {
        store(tables, epoch);
        transactions()
                .write(
                        failure(),
                        epoch,
                        connection -> Statements.update(
                                connection,
                                "UPDATE dts_sync.task SET publication = ? WHERE task = ?",
                                publication,
                                task));
    }

    /** Records some tables of it; those that are none of the task's are passed over. */
    public void store(Map<TableName, String> tables, Epoch epoch) {
        transactions().write(failure(), epoch, connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    UPDATE dts_sync.table_progress SET publication = ?
                    WHERE task = ? AND schema_name = ? AND table_name = ?
                    """)) {
                for (Map.Entry<TableName, String> table : tables.entrySet()) {
                    statement.setString(1, table.getValue());
                    statement.setString(2, task);
                    statement.setString(3, table.getKey().schema());
                    statement.setString(4, table.getKey().table());
                    statement.addBatch();
                }
                statement.executeBatch();
            }
        });
    }

    private String failure() {
        return "The publication of task " + task + " could not be recorded";
    }
}
