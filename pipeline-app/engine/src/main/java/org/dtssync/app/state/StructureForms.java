package org.dtssync.app.state;

import java.sql.PreparedStatement;
import java.util.HashMap;
import java.util.Map;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;

/**
 * What the statements of all schema objects were when the task had made them, as digests, at either end. Servers of different versions print
 * one object in different ways; where neither end is different from what was recorded, nothing but the printing differs. Thread-safe.
 *
 * @param destination the destination of the task, whichever way the data flows
 * @param task the task's name
 */
public record StructureForms(DatabaseConnections destination, String task) {

    /**
     * What was recorded; empty for a task that an earlier release began.
     *
     * @param source digests of the source's objects, by name
     * @param destination those of the destination's
     */
    public record Recorded(Map<String, String> source, Map<String, String> destination) {
        /** Copies the maps. */
        public Recorded {
            source = Map.copyOf(source);
            destination = Map.copyOf(destination);
        }

        /** Returns those of one end. */
        public Map<String, String> of(End end) {
            return end == End.SOURCE ? source : destination;
        }
    }

    /** Returns what was recorded. */
    public Recorded read() {
        return new StateTransactions(destination)
                .read("The recorded schema objects of task " + task + " could not be read", connection -> {
                    Map<String, String> source = new HashMap<>();
                    Map<String, String> made = new HashMap<>();
                    if (Statements.isThere(connection, "dts_sync.structure_form")) {
                        Statements.list(
                                connection,
                                "SELECT side, name, digest FROM dts_sync.structure_form WHERE task = ?",
                                row -> (row.getString(1).equals(End.SOURCE.label()) ? source : made)
                                        .put(row.getString(2), row.getString(3)),
                                task);
                    }
                    return new Recorded(source, made);
                });
    }

    /** Records the objects of one end in place of what was recorded of it. */
    public void record(End end, Map<String, String> digests, Epoch epoch) {
        new StateTransactions(destination)
                .write("The schema objects of task " + task + " could not be recorded", epoch, connection -> {
                    Statements.update(
                            connection,
                            "DELETE FROM dts_sync.structure_form WHERE task = ? AND side = ?",
                            task,
                            end.label());
                    try (PreparedStatement statement = connection.prepareStatement(
                            "INSERT INTO dts_sync.structure_form (task, side, name, digest) VALUES (?, ?, ?, ?)")) {
                        for (Map.Entry<String, String> entry : digests.entrySet()) {
                            statement.setString(1, task);
                            statement.setString(2, end.label());
                            statement.setString(3, entry.getKey());
                            statement.setString(4, entry.getValue());
                            statement.addBatch();
                        }
                        statement.executeBatch();
                    }
                });
    }
}
