package org.dtssync.app.progress;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Fence;
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
        return destination.inTransaction("The publication of task " + task + " could not be looked up", connection -> {
            Optional<String> publication;
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT publication FROM dts_sync.task WHERE task = ?")) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    publication = rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
                }
            }
            Map<TableName, String> tables = new HashMap<>();
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT schema_name, table_name, publication
                    FROM dts_sync.table_progress WHERE task = ? AND publication IS NOT NULL
                    """)) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        tables.put(new TableName(rows.getString(1), rows.getString(2)), rows.getString(3));
                    }
                }
            }
            return new Recorded(publication, tables);
        });
    }

    /** Records a publication that was just made, with every table of it. */
    public void store(String publication, Map<TableName, String> tables, Fence fence) {
        store(tables, fence);
        destination.inTransaction("The publication of task " + task + " could not be recorded", connection -> {
            fence.hold(connection);
            try (PreparedStatement statement =
                    connection.prepareStatement("UPDATE dts_sync.task SET publication = ? WHERE task = ?")) {
                statement.setString(1, publication);
                statement.setString(2, task);
                statement.executeUpdate();
            }
            return null;
        });
    }

    /** Records some tables of it; those that are none of the task's are passed over. */
    public void store(Map<TableName, String> tables, Fence fence) {
        destination.inTransaction("The publication of task " + task + " could not be recorded", connection -> {
            fence.hold(connection);
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
            return null;
        });
    }
}
