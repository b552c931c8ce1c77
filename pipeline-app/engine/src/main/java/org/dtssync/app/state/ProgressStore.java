package org.dtssync.app.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.DdlMode;
import org.dtssync.schemas.TopicForm;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the progress of a task and each of its tables.
 *
 * <p>Methods without a connection open one for themselves and commit; methods with one take part in its transaction.
 * Thread-safe.
 */
public final class ProgressStore {

    private static final String UNDEFINED_TABLE = "42P01";

    private static final int FETCHED_ROWS = 1_000;

    private final DatabaseConnections destination;
    private final StateTransactions transactions;
    private final EventLog events;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public ProgressStore(DatabaseConnections destination, String task) {
        this.destination = destination;
        this.transactions = new StateTransactions(destination);
        this.events = new EventLog(destination, task);
        this.task = task;
    }

    /**
     * The database a task was prepared with.
     *
     * @param systemIdentifier of its server
     * @param database its name
     */
    public record PreparedSource(String systemIdentifier, String database) {}

    /** Creates the dts_sync schema at the destination, or migrates an older one. */
    public void install() {
        new StateSchema(destination).install();
    }

    /** Returns whether the dts_sync schema and this task's row exist. */
    public boolean exists() {
        return task().isPresent();
    }

    /** Reads the task's row; empty if the task was never prepared or was released. */
    public Optional<TaskProgress> task() {
        try {
            return read();
        } catch (SyncException e) {
            // Released between two statements.
            if (e.getCause() instanceof SQLException error && UNDEFINED_TABLE.equals(error.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<TaskProgress> read() {
        return transactions.read("The state of task " + task + " could not be read", connection -> {
            if (!isInstalled(connection)) {
                return Optional.empty();
            }
            return Statements.first(
                    connection,
                    """
                    SELECT phase, source_system_identifier, consistency_point::text, error
                    FROM dts_sync.task WHERE task = ?
                    """,
                    row -> new TaskProgress(
                            task,
                            Phase.of(row.getString(1)),
                            Optional.ofNullable(row.getString(2)),
                            Optional.ofNullable(Lsn.parseOrNull(row.getString(3))),
                            Optional.ofNullable(row.getString(4))),
                    task);
        });
    }

    /** Records the phase the task is in and clears its error; creates the task's row if there is none. */
    public void enter(Phase phase, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> {
            Statements.update(connection, """
                    INSERT INTO dts_sync.task (task, phase) VALUES (?, ?)
                    ON CONFLICT (task) DO UPDATE SET phase = excluded.phase, error = NULL, updated_at = now()
                    """, task, phase.label());
            entered(connection, phase);
        });
    }

    /** Records the phase the task is in. Joins the connection's transaction, which holds the epoch. */
    public void enter(Connection connection, Phase phase) throws SQLException {
        Statements.update(
                connection,
                "UPDATE dts_sync.task SET phase = ?, error = NULL, updated_at = now() WHERE task = ?",
                phase.label(),
                task);
        entered(connection, phase);
    }

    private void entered(Connection connection, Phase phase) throws SQLException {
        events.append(connection, Event.byRun("phase", phase.label()));
    }

    /** Records which server the task captures. */
    public void sourceSystem(String systemIdentifier, String database, Epoch epoch) {
        update("""
                UPDATE dts_sync.task SET source_system_identifier = ?, source_database = ?, updated_at = now()
                WHERE task = ?
                """, epoch, systemIdentifier, database, task);
    }

    /** Reads which database the task was prepared with; empty before that. */
    public Optional<PreparedSource> source() {
        return transactions.read(
                "The source of task " + task + " could not be looked up",
                connection -> Statements.first(
                        connection, """
                        SELECT source_system_identifier, source_database FROM dts_sync.task
                        WHERE task = ? AND source_system_identifier IS NOT NULL
                        """, row -> new PreparedSource(row.getString(1), row.getString(2)), task));
    }

    /**
     * Records what the task keeps of its topics: which one contains its cuts, since one of the same name that was created later has
     * another id, and its form.
     */
    public void topics(String cutsTopicId, TopicForm form, Epoch epoch) {
        update(
                "UPDATE dts_sync.task SET cuts_topic = ?, topic_values = ?, topic_layout = ?, updated_at = now() WHERE task = ?",
                epoch,
                cutsTopicId,
                form.values().name().toLowerCase(Locale.ROOT),
                form.layout().name().toLowerCase(Locale.ROOT),
                task);
    }

    /** Reads the form of the task's topics; the earliest one if a release that knew no other prepared it. */
    public TopicForm topicForm() {
        return transactions.read(
                "The form of topics of task " + task + " could not be looked up",
                connection -> Statements.first(
                                connection,
                                "SELECT topic_values, topic_layout FROM dts_sync.task WHERE task = ?",
                                row -> new TopicForm(
                                        TopicValues.valueOf(row.getString(1).toUpperCase(Locale.ROOT)),
                                        TopicNames.Layout.valueOf(
                                                row.getString(2).toUpperCase(Locale.ROOT))),
                                task)
                        .orElse(TopicForm.EARLIEST));
    }

    /** Records what the task does about commands that change the structure. */
    public void ddlMode(DdlMode mode, Epoch epoch) {
        update(
                "UPDATE dts_sync.task SET ddl_mode = ?, updated_at = now() WHERE task = ?",
                epoch,
                mode.name().toLowerCase(Locale.ROOT),
                task);
    }

    /** Reads what the task does about commands that change the structure; it stops if a release that knew nothing else prepared it. */
    public DdlMode ddlMode() {
        return transactions.read(
                "The ddl.mode of task " + task + " could not be looked up",
                connection -> isInstalled(connection) ? DdlCommandStore.mode(connection, task) : DdlMode.STOP);
    }

    /**
     * Records that the schema objects were read for the load, or read again.
     *
     * @param lsn commands that committed up to here are in them, later ones are not
     */
    public void structurePosition(Lsn lsn, Epoch epoch) {
        update(
                "UPDATE dts_sync.task SET structure_lsn = ?::pg_lsn, updated_at = now() WHERE task = ?",
                epoch,
                lsn.toString(),
                task);
    }

    /** Reads that position; the lowest one if the task was loaded before there was any. */
    public Lsn structurePosition() {
        return transactions.read(
                failure(),
                connection -> Statements.first(
                                connection,
                                "SELECT coalesce(structure_lsn, '0/0')::text FROM dts_sync.task WHERE task = ?",
                                row -> Lsn.parse(row.getString(1)),
                                task)
                        .orElse(Lsn.ZERO));
    }

    /** Forgets tables that a preparation which did not end has recorded, and that are not selected any more. */
    public void forgetOtherTables(List<TableName> tables, Epoch epoch) {
        transactions.write("The tables of task " + task + " could not be recorded", epoch, connection -> {
            Object[] schemas = tables.stream().map(TableName::schema).toArray();
            Object[] names = tables.stream().map(TableName::table).toArray();
            Statements.update(
                    connection,
                    """
                    DELETE FROM dts_sync.table_progress t
                    WHERE task = ? AND NOT EXISTS (SELECT FROM unnest(?::text[], ?::text[]) AS s (schema_name, table_name)
                                                   WHERE s.schema_name = t.schema_name AND s.table_name = t.table_name)
                    """,
                    task,
                    connection.createArrayOf("text", schemas),
                    connection.createArrayOf("text", names));
        });
    }

    /** Reads the identifier of the topic that holds the task's cuts; empty before prepare is done. */
    public Optional<String> cutsTopic() {
        return transactions.read(
                "The cuts topic of task " + task + " could not be looked up",
                connection -> Statements.first(
                        connection,
                        "SELECT cuts_topic FROM dts_sync.task WHERE task = ?",
                        row -> row.getString(1),
                        task));
    }

    /** Records why the task stopped, or clears it with null. The text must contain no secret and no row value. */
    public void error(@Nullable String message, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> {
            Statements.update(
                    connection, "UPDATE dts_sync.task SET error = ?, updated_at = now() WHERE task = ?", message, task);
            if (message != null) {
                events.append(connection, Event.byRun("error", task, "message", message));
            }
        });
    }

    /** Raises the consistency point; it never decreases. Joins the connection's transaction. */
    public void raiseConsistencyPoint(Connection connection, Lsn lsn) throws SQLException {
        Statements.update(connection, """
                UPDATE dts_sync.task
                SET consistency_point = greatest(consistency_point, ?::pg_lsn), updated_at = now() WHERE task = ?
                """, lsn.toString(), task);
    }

    /** Adds tables that are not yet known, as pending. Known ones keep their row. */
    public void addTables(List<TableProgress> tables, Epoch epoch) {
        transactions.write("The tables of task " + task + " could not be recorded", epoch, connection -> {
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
                            5, Statements.array(connection, table.keyColumns().orElse(null)));
                    statement.setLong(6, table.estimatedRows());
                    statement.setLong(7, table.estimatedBytes());
                    statement.addBatch();
                }
                statement.executeBatch();
            }
        });
    }

    /** Reads all tables of the task in the order of their names; empty if nothing is prepared. */
    public List<TableProgress> tables() {
        return transactions.read(
                "The tables of task " + task + " could not be read",
                connection -> isInstalled(connection) ? tables(connection) : List.of());
    }

    /** Reads the names of those that were not removed from the task, in their order. */
    public List<TableName> followed() {
        return tables().stream()
                .filter(table -> table.state() != TableState.SKIPPED)
                .map(TableProgress::table)
                .toList();
    }

    /** Reads all tables of the task. Joins the connection's transaction. */
    List<TableProgress> tables(Connection connection) throws SQLException {
        return Statements.list(connection, """
                SELECT schema_name, table_name, state, key_columns, estimated_rows, estimated_bytes,
                       snapshot_rows, snapshot_bytes, visible_snapshot
                FROM dts_sync.table_progress WHERE task = ? ORDER BY schema_name, table_name
                """, ProgressStore::readTable, task);
    }

    /** Reads the recorded shapes of tables; tables without one are absent. */
    public Map<TableName, String> structures() {
        Map<TableName, String> structures = new TreeMap<>();
        structures(structures::put);
        return structures;
    }

    /** Reads a digest of each table's shape, by {@link #shapeDigest}: the texts of all of them may be too large for memory. */
    public Map<TableName, String> shapeDigests() {
        return transactions.read("The shapes of task " + task + " could not be read", connection -> {
            Map<TableName, String> digests = new HashMap<>();
            if (!isInstalled(connection)) {
                return digests;
            }
            Statements.list(
                    connection,
                    """
                    SELECT schema_name, table_name, encode(sha256(convert_to(structure, 'UTF8')), 'hex')
                    FROM dts_sync.table_progress WHERE task = ? AND structure IS NOT NULL
                    """,
                    row -> digests.put(new TableName(row.getString(1), row.getString(2)), row.getString(3)),
                    task);
            return digests;
        });
    }

    /** Returns the digest of a shape, as in {@link #shapeDigests}. */
    public static String shapeDigest(String structure) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(structure.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /**
     * Reads the recorded shapes of tables, one after the other.
     *
     * @param sink receives each table with its shape; tables without a recorded one are left out
     */
    public void structures(BiConsumer<TableName, String> sink) {
        transactions.visit("The shapes of task " + task + " could not be read", connection -> {
            if (!isInstalled(connection)) {
                return;
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
        });
    }

    /** Records the shapes that tables are captured with from now on. */
    public void storeShapes(Map<TableName, String> structures, Epoch epoch) {
        transactions.write("The shapes of task " + task + " could not be recorded", epoch, connection -> {
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
        });
    }

    /** Records the state of a table. */
    public void tableState(TableName table, TableState state, Epoch epoch) {
        update("""
                UPDATE dts_sync.table_progress SET state = ? WHERE task = ? AND schema_name = ? AND table_name = ?
                """, epoch, state.label(), task, table.schema(), table.table());
    }

    /** Records that the changes of every copied table are applied from here on. */
    public void startStreaming(Epoch epoch) {
        update(
                // The snapshot showed which changes were already seen; later ones were not, and transaction ids wrap
                // around.
                "UPDATE dts_sync.table_progress SET state = 'streaming', visible_snapshot = NULL"
                        + " WHERE task = ? AND state = 'copied'",
                epoch,
                task);
    }

    private static TableProgress readTable(ResultSet row) throws SQLException {
        return new TableProgress(
                new TableName(row.getString(1), row.getString(2)),
                TableState.of(row.getString(3)),
                Statements.texts(row.getArray(4)),
                row.getLong(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                Optional.ofNullable(row.getString(9)));
    }

    private static boolean isInstalled(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.command");
    }

    private void update(String sql, Epoch epoch, Object... parameters) {
        transactions.write(failure(), epoch, connection -> Statements.update(connection, sql, parameters));
    }

    private String failure() {
        return "The state of task " + task + " could not be written";
    }
}
