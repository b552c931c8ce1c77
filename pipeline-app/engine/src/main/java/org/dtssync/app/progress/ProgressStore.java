package org.dtssync.app.progress;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.SqlResources;

/**
 * Reads and writes the task's rows in the destination's dts_sync schema.
 *
 * <p>Methods without a connection open one for themselves and commit; methods with one take part in its transaction.
 * Thread-safe.
 */
public final class ProgressStore {

    private static final int FETCHED_ROWS = 1_000;

    private final DatabaseConnections destination;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public ProgressStore(DatabaseConnections destination, String task) {
        this.destination = destination;
        this.task = task;
    }

    /** Makes the dts_sync schema at the destination, or what is missing of it. */
    public void install() {
        destination.inTransaction("The dts_sync schema could not be made at the destination", connection -> {
            try (Statement statement = connection.createStatement()) {
                // Two tasks installing at once would collide on the catalog's unique indexes.
                statement.execute("SELECT pg_advisory_xact_lock(hashtext('dts_sync'))");
                statement.execute(SqlResources.DESTINATION.text());
                statement.execute(SqlResources.HEARTBEAT.text());
            }
            return null;
        });
    }

    /** Returns whether the dts_sync schema and this task's row exist. */
    public boolean exists() {
        return task().isPresent();
    }

    /** Returns whether an instance has held this task since it was last released, be it that nothing came of it. */
    public boolean isHeldOrWas() {
        return destination.inTransaction("The state of task " + task + " could not be read", connection -> {
            if (!isInstalled(connection)) {
                return false;
            }
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT 1 FROM dts_sync.fence WHERE task = ?")) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    /** Reads the task's row; empty if the task was never prepared or was released. */
    public Optional<TaskProgress> task() {
        return destination.inTransaction("The state of task " + task + " could not be read", connection -> {
            if (!isInstalled(connection)) {
                return Optional.empty();
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT phase, source_system_identifier, consistency_point::text, error
                    FROM dts_sync.task WHERE task = ?
                    """)) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next()
                            ? Optional.of(new TaskProgress(
                                    task,
                                    Phase.of(rows.getString(1)),
                                    Optional.ofNullable(rows.getString(2)),
                                    Optional.ofNullable(Lsn.parseOrNull(rows.getString(3))),
                                    Optional.ofNullable(rows.getString(4))))
                            : Optional.empty();
                }
            }
        });
    }

    /** Records the phase the task is in and clears its error; makes the task's row if there is none. */
    public void enter(Phase phase, Fence fence) {
        update("""
                INSERT INTO dts_sync.task (task, phase) VALUES (?, ?)
                ON CONFLICT (task) DO UPDATE SET phase = excluded.phase, error = NULL, updated_at = now()
                """, fence, task, phase.label());
    }

    /** Records the phase the task is in. Joins the connection's transaction. */
    public void enter(Connection connection, Phase phase) throws SQLException {
        execute(
                connection,
                "UPDATE dts_sync.task SET phase = ?, error = NULL, updated_at = now() WHERE task = ?",
                phase.label(),
                task);
    }

    /** Records which server the task captures. */
    public void sourceSystem(String systemIdentifier, String database, Fence fence) {
        update("""
                UPDATE dts_sync.task SET source_system_identifier = ?, source_database = ?, updated_at = now()
                WHERE task = ?
                """, fence, systemIdentifier, database, task);
    }

    /** Records which topic holds the task's cuts: one of the same name that was made later has another identifier. */
    public void cutsTopic(String topicId, Fence fence) {
        update("UPDATE dts_sync.task SET cuts_topic = ?, updated_at = now() WHERE task = ?", fence, topicId, task);
    }

    /** Reads the identifier of the topic that holds the task's cuts; empty before prepare is done. */
    public Optional<String> cutsTopic() {
        return destination.inTransaction("The topic of task " + task + "'s cuts could not be looked up", connection -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT cuts_topic FROM dts_sync.task WHERE task = ?")) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
                }
            }
        });
    }

    /** Records what the task stopped for, or clears it with null. The text must hold no secret and no row value. */
    public void error(String message, Fence fence) {
        update("UPDATE dts_sync.task SET error = ?, updated_at = now() WHERE task = ?", fence, message, task);
    }

    /** Raises the consistency point; it never goes back. Joins the connection's transaction. */
    public void raiseConsistencyPoint(Connection connection, Lsn lsn) throws SQLException {
        execute(connection, """
                UPDATE dts_sync.task
                SET consistency_point = greatest(consistency_point, ?::pg_lsn), updated_at = now() WHERE task = ?
                """, lsn.toString(), task);
    }

    /** Adds tables that are not yet known, as pending. Known ones keep their row. */
    public void addTables(List<TableProgress> tables, Fence fence) {
        destination.inTransaction("The tables of task " + task + " could not be recorded", connection -> {
            fence.hold(connection);
            try (PreparedStatement statement = connection.prepareStatement("""
                    INSERT INTO dts_sync.table_progress
                        (task, schema_name, table_name, state, key_columns, estimated_rows, estimated_bytes)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """)) {
                for (TableProgress table : tables) {
                    statement.setString(1, task);
                    statement.setString(2, table.table().schema());
                    statement.setString(3, table.table().table());
                    statement.setString(4, table.state().label());
                    statement.setArray(
                            5, textArray(connection, table.keyColumns().orElse(null)));
                    statement.setLong(6, table.estimatedRows());
                    statement.setLong(7, table.estimatedBytes());
                    statement.addBatch();
                }
                statement.executeBatch();
            }
            return null;
        });
    }

    /** Reads all tables of the task in the order of their names; empty if nothing is prepared. */
    public List<TableProgress> tables() {
        return destination.inTransaction("The tables of task " + task + " could not be read", connection -> {
            List<TableProgress> tables = new ArrayList<>();
            if (!isInstalled(connection)) {
                return tables;
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT schema_name, table_name, state, key_columns, estimated_rows, estimated_bytes,
                           snapshot_rows, snapshot_bytes, visible_snapshot
                    FROM dts_sync.table_progress WHERE task = ? ORDER BY schema_name, table_name
                    """)) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        tables.add(readTable(rows));
                    }
                }
            }
            return tables;
        });
    }

    /** Reads the structures that tables are captured with; tables without a recorded one are absent. */
    public Map<TableName, String> structures() {
        Map<TableName, String> structures = new TreeMap<>();
        structures(structures::put);
        return structures;
    }

    /** Reads a digest of each table's structure, by {@link #structureDigest}: of all of them the texts may be too much to be held. */
    public Map<TableName, String> structureDigests() {
        return destination.inTransaction("The structures of task " + task + " could not be read", connection -> {
            Map<TableName, String> digests = new HashMap<>();
            if (!isInstalled(connection)) {
                return digests;
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT schema_name, table_name, encode(sha256(convert_to(structure, 'UTF8')), 'hex')
                    FROM dts_sync.table_progress WHERE task = ? AND structure IS NOT NULL
                    """)) {
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        digests.put(new TableName(rows.getString(1), rows.getString(2)), rows.getString(3));
                    }
                }
            }
            return digests;
        });
    }

    /** Returns the digest of a structure, as {@link #structureDigests} has it. */
    public static String structureDigest(String structure) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(structure.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /**
     * Reads the structures that tables are captured with, one after the other.
     *
     * @param sink takes each table with its structure; those without a recorded one are left out
     */
    public void structures(BiConsumer<TableName, String> sink) {
        destination.inTransaction("The structures of task " + task + " could not be read", connection -> {
            if (!isInstalled(connection)) {
                return null;
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT schema_name, table_name, structure
                    FROM dts_sync.table_progress WHERE task = ? AND structure IS NOT NULL
                    """)) {
                statement.setFetchSize(FETCHED_ROWS);
                statement.setString(1, task);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        sink.accept(new TableName(rows.getString(1), rows.getString(2)), rows.getString(3));
                    }
                }
            }
            return null;
        });
    }

    /** Records the structures that tables are captured with from now on. */
    public void storeStructures(Map<TableName, String> structures, Fence fence) {
        destination.inTransaction("The structures of task " + task + " could not be recorded", connection -> {
            fence.hold(connection);
            try (PreparedStatement statement = connection.prepareStatement("""
                    UPDATE dts_sync.table_progress SET structure = ?
                    WHERE task = ? AND schema_name = ? AND table_name = ?
                    """)) {
                for (Map.Entry<TableName, String> structure : structures.entrySet()) {
                    statement.setString(1, structure.getValue());
                    statement.setString(2, task);
                    statement.setString(3, structure.getKey().schema());
                    statement.setString(4, structure.getKey().table());
                    statement.addBatch();
                }
                statement.executeBatch();
            }
            return null;
        });
    }

    /** Records how far a table is. */
    public void tableState(TableName table, TableState state, Fence fence) {
        update("""
                UPDATE dts_sync.table_progress SET state = ? WHERE task = ? AND schema_name = ? AND table_name = ?
                """, fence, state.label(), task, table.schema(), table.table());
    }

    /** Records that the changes of every copied table are applied from here on. */
    public void startStreaming(Fence fence) {
        update(
                // The snapshot told which changes were seen already; all that follow were not, and identifiers wrap
                // around.
                "UPDATE dts_sync.table_progress SET state = 'streaming', visible_snapshot = NULL"
                        + " WHERE task = ? AND state = 'copied'",
                fence,
                task);
    }

    private static TableProgress readTable(ResultSet rows) throws SQLException {
        Array keyColumns = rows.getArray(4);
        return new TableProgress(
                new TableName(rows.getString(1), rows.getString(2)),
                TableState.of(rows.getString(3)),
                keyColumns == null ? Optional.empty() : Optional.of(Arrays.asList((String[]) keyColumns.getArray())),
                rows.getLong(5),
                rows.getLong(6),
                rows.getLong(7),
                rows.getLong(8),
                Optional.ofNullable(rows.getString(9)));
    }

    private static boolean isInstalled(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT to_regclass('dts_sync.command') IS NOT NULL
                        """)) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private static Array textArray(Connection connection, List<String> texts) throws SQLException {
        return texts == null ? null : connection.createArrayOf("text", texts.toArray());
    }

    private void update(String sql, Fence fence, Object... parameters) {
        destination.inTransaction("The state of task " + task + " could not be written", connection -> {
            fence.hold(connection);
            execute(connection, sql, parameters);
            return null;
        });
    }

    private static void execute(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
