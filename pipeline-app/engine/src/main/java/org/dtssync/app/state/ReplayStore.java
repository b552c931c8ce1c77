package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;

/**
 * How far a database is that is made from a base and the topics. Thread-safe.
 *
 * @param database the database
 * @param task the task whose history it gets
 */
public record ReplayStore(DatabaseConnections database, String task) {

    /** No task has a dot in its name. */
    private static final String SUFFIX = ".replay";

    private static final String FAILURE = "The state of the replay could not be read";

    /** Relations, types and functions, except those of extensions and our own. */
    private static final String OBJECT = """
            SELECT n.nspname || '.' || o.name FROM (
                SELECT 'pg_class'::regclass AS catalog, oid, relnamespace AS namespace, relname AS name FROM pg_class
                WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
                UNION ALL
                SELECT 'pg_type'::regclass, oid, typnamespace, typname FROM pg_type WHERE typtype IN ('e', 'd', 'r')
                UNION ALL
                SELECT 'pg_proc'::regclass, oid, pronamespace, proname FROM pg_proc
            ) AS o JOIN pg_namespace n ON n.oid = o.namespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'dts_sync') AND n.nspname NOT LIKE 'pg\\_temp%'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid AND d.deptype = 'e')
            ORDER BY 1 LIMIT 1
            """;

    /** Returns the name of a task's replay, which names its state. */
    public static String nameOf(String task) {
        return task + SUFFIX;
    }

    private String name() {
        return nameOf(task);
    }

    /** Returns whether the database is the task's own destination. */
    public boolean isDestination() {
        return database.inTransaction(
                FAILURE,
                connection -> hasState(connection)
                        && Statements.exists(connection, "SELECT 1 FROM dts_sync.task WHERE task = ?", task));
    }

    private static boolean hasState(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.command");
    }

    /** Returns the digest of the base that a replay was begun with; empty if none was. */
    public Optional<String> base() {
        return database.inTransaction(
                FAILURE,
                connection -> isBegun(connection)
                        ? Statements.first(
                                connection,
                                "SELECT base FROM dts_sync.replay WHERE task = ?",
                                row -> row.getString(1),
                                name())
                        : Optional.empty());
    }

    private static boolean isBegun(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.replay_file");
    }

    /** Returns the name of something that the database has; empty if it is empty. */
    public Optional<String> object() {
        return database.inTransaction(
                FAILURE, connection -> Statements.first(connection, OBJECT, row -> row.getString(1)));
    }

    /** Records that a replay begins. */
    public void begin(String base, Epoch epoch) {
        database.doInTransaction("The state of the replay could not be written", connection -> {
            epoch.hold(connection);
            Statements.update(
                    connection,
                    "INSERT INTO dts_sync.replay (task, base) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    name(),
                    base);
        });
    }

    /** Records the tables of a base as those of the replay, unless it has some: commands may have changed them since. */
    public void know(List<FollowedTable> tables, Epoch epoch) {
        database.doInTransaction("The state of the replay could not be written", connection -> {
            epoch.hold(connection);
            if (Statements.exists(connection, "SELECT 1 FROM dts_sync.table_progress WHERE task = ?", name())) {
                return;
            }
            for (FollowedTable table : tables) {
                RecordedShape shape = table.shape().orElseThrow();
                Statements.update(
                        connection,
                        """
                        INSERT INTO dts_sync.table_progress
                            (task, schema_name, table_name, state, key_columns, structure, earlier_structure, changed_at, apply_after)
                        VALUES (?, ?, ?, 'streaming', ?, ?, ?, ?::pg_lsn, ?::pg_lsn)
                        """,
                        name(),
                        table.table().schema(),
                        table.table().table(),
                        Statements.array(connection, table.keyColumns().orElse(null)),
                        shape.structure(),
                        shape.earlier().orElse(null),
                        shape.changedAt().toString(),
                        shape.applyAfter().toString());
            }
        });
    }

    /** Returns the files of the base that are loaded. */
    public Set<String> loaded() {
        return database.inTransaction(
                FAILURE,
                connection -> new HashSet<>(Statements.list(
                        connection,
                        "SELECT file FROM dts_sync.replay_file WHERE task = ?",
                        row -> row.getString(1),
                        name())));
    }

    /** Records that a file is loaded. Joins the connection's transaction. */
    public void loaded(Connection connection, String file, long rows) throws SQLException {
        Statements.update(
                connection, "INSERT INTO dts_sync.replay_file (task, file, rows) VALUES (?, ?, ?)", name(), file, rows);
    }

    /** Returns what is applied; empty before the base is loaded. */
    public Optional<AppliedPosition> position() {
        return database.inTransaction(FAILURE, this::position);
    }

    /** Returns the same in the connection's transaction; empty too in a database that is not made from a base. */
    public Optional<AppliedPosition> position(Connection connection) throws SQLException {
        return hasState(connection) ? AppliedPosition.read(connection, name()) : Optional.empty();
    }

    /** Records that the base is loaded. */
    public void loadedAll(AppliedPosition position, Epoch epoch) {
        database.doInTransaction("The state of the replay could not be written", connection -> {
            epoch.hold(connection);
            AppliedPosition.begin(connection, epoch, position, "");
        });
    }
}
