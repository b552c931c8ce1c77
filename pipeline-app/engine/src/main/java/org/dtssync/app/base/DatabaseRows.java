package org.dtssync.app.base;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.app.state.FollowedState;
import org.dtssync.app.state.ReplayStore;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** The rows of a database in one snapshot, to be compared with those of a base and the changes since. Not thread-safe. */
public final class DatabaseRows implements AutoCloseable {

    private final DatabaseConnections database;
    private final Connection connection;
    private final Map<TableName, TableLayout> layouts;
    private final Optional<Lsn> position;

    private DatabaseRows(
            DatabaseConnections database,
            Connection connection,
            Map<TableName, TableLayout> layouts,
            Optional<Lsn> position) {
        this.database = database;
        this.connection = connection;
        this.layouts = layouts;
        this.position = position;
    }

    /**
     * Takes a snapshot.
     *
     * @param task the task whose history the database may have
     * @param tables the tables to be compared
     */
    public static DatabaseRows open(DatabaseConnections database, String task, List<TableName> tables) {
        return database.prepared("The tables of the " + database.role() + " could not be read", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            }
            Optional<Lsn> followed = FollowedState.read(connection, task)
                    .flatMap(FollowedState::position)
                    .map(AppliedPosition::lsn);
            Optional<Lsn> replayed =
                    new ReplayStore(database, task).position(connection).map(AppliedPosition::lsn);
            return new DatabaseRows(
                    database,
                    connection,
                    new TreeMap<>(TableLayouts.read(connection, tables)),
                    followed.or(() -> replayed));
        });
    }

    /** Reads how further tables look, in the same snapshot. */
    public void look(List<TableName> tables) {
        try {
            layouts.putAll(TableLayouts.read(connection, tables));
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables of the " + database.role() + " could not be read", e);
        }
    }

    /** Returns up to where changes of the task are in the database; empty if it does not say so. */
    public Optional<Lsn> position() {
        return position;
    }

    /** Returns whether the database has a table with just these columns, in any order. */
    public boolean has(TableName table, List<BaseColumn> columns) {
        TableLayout layout = layouts.get(table);
        return layout != null && names(layout.columns()).equals(names(columns));
    }

    /**
     * Reads all rows of a table.
     *
     * @param columns in the order in which a row has them
     * @return their digest; empty if the database does not have the table with just these columns
     */
    public Optional<RowDigest> digest(TableName table, List<BaseColumn> columns) throws InterruptedException {
        TableLayout layout = layouts.get(table);
        if (layout == null || !has(table, columns)) {
            return Optional.empty();
        }
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute("LOCK TABLE " + layout.sql() + " IN ACCESS SHARE MODE");
            }
            if (TableLayouts.isMoved(connection, table)) {
                throw new SyncException(
                        FaultKind.TRANSIENT,
                        "Table " + table + " of the " + database.role()
                                + " was emptied or rewritten before it could be read.",
                        "Run the same command again.");
            }
            String list =
                    Identifiers.quoteAll(columns.stream().map(BaseColumn::name).toList());
            return Optional.of(read("COPY (SELECT " + list + " FROM " + layout.sql() + ") TO STDOUT"));
        } catch (SQLException e) {
            throw SqlFaults.explain("Table " + table + " could not be read from the " + database.role(), e);
        }
    }

    private static List<String> names(List<BaseColumn> columns) {
        return columns.stream().map(BaseColumn::name).sorted().toList();
    }

    private RowDigest read(String copy) throws SQLException, InterruptedException {
        RowDigest digest = new RowDigest();
        CopyOut out = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy);
        for (byte @Nullable [] line = out.readFromCopy(); line != null; line = out.readFromCopy()) {
            digest.add(line, line.length - 1);
            if (digest.rows() % 1_000 == 0 && Thread.interrupted()) {
                throw new InterruptedException("The comparison was interrupted");
            }
        }
        return digest;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlFaults.explain("The session at the " + database.role() + " could not be closed", e);
        }
    }
}
