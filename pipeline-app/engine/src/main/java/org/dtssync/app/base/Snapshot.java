package org.dtssync.app.base;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.state.FollowedState;
import org.dtssync.app.state.FollowedTable;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * A snapshot of the destination that several sessions read in. Rows and applied position are committed together, so whatever is read in
 * it is the source as of the position that is read in it: the applier is not asked, and does not wait. Ends with its session.
 */
final class Snapshot implements AutoCloseable {

    private final Connection connection;
    private final String name;
    private final FollowedState state;
    private final AppliedPosition position;

    private Snapshot(Connection connection, String name, FollowedState state, AppliedPosition position) {
        this.connection = connection;
        this.name = name;
        this.state = state;
        this.position = position;
    }

    /**
     * Takes a snapshot.
     *
     * @throws SyncException if the destination is not the source as of a cut
     */
    static Snapshot take(DatabaseConnections destination, String task, String reverse) {
        return destination.prepared("A snapshot of the destination could not be taken", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                FollowedState state =
                        FollowedState.read(connection, task).orElseThrow(() -> notFollowing(task, "has not begun"));
                requireExact(state, task, AppliedPosition.mirrorsOf(connection, task, reverse));
                AppliedPosition position = state.position().orElseThrow(() -> notFollowing(task, "has no position"));
                try (ResultSet rows = statement.executeQuery("SELECT pg_export_snapshot()")) {
                    rows.next();
                    return new Snapshot(connection, rows.getString(1), state, position);
                }
            }
        });
    }

    private static void requireExact(FollowedState state, String task, List<String> mirrors) {
        Phase phase = state.phase();
        if (!mirrors.isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Applications write to the destination of task " + task + " too, since task " + mirrors.get(0)
                            + " flows back from it: it is at no cut of the source.",
                    "A base needs a destination that only its task writes to.");
        }
        if (phase == Phase.REVERSE || phase.isOver() || phase == Phase.ROLLBACK) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "Task " + task + " is in phase " + phase.label()
                            + ": applications write to its destination, which is at no cut of the source any more.",
                    "Use a base from before the switchover.");
        }
        boolean reached = state.consistencyPoint()
                .flatMap(
                        point -> state.position().map(position -> position.lsn().reached(point)))
                .orElse(state.position().isPresent());
        if (!phase.isAfter(Phase.FINALIZE) || !reached) {
            throw notFollowing(task, "is in phase " + phase.label());
        }
        for (FollowedTable table : state.tables()) {
            boolean loading = table.state() == TableState.PENDING || table.state() == TableState.COPYING;
            if (table.isFollowed() && loading) {
                throw notFollowing(task, "is loading table " + table.table());
            }
        }
    }

    private static SyncException notFollowing(String task, String why) {
        return new SyncException(
                FaultKind.USAGE,
                "Task " + task + " " + why + ": its destination is not yet the source as of a commit.",
                "Take the base once dts-sync status shows phase incremental.");
    }

    AppliedPosition position() {
        return position;
    }

    /** Returns the tables whose changes are applied. */
    List<FollowedTable> tables() {
        return state.tables().stream().filter(FollowedTable::isFollowed).toList();
    }

    /** Returns how they are read. */
    java.util.Map<TableName, TableLayout> layouts() {
        List<TableName> names = tables().stream().map(FollowedTable::table).toList();
        try {
            return TableLayouts.read(connection, names);
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables of the destination could not be read", e);
        }
    }

    /** Begins a transaction of another session that reads in this snapshot. */
    void join(Connection other) throws SQLException {
        try (Statement statement = other.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            statement.execute("SET TRANSACTION SNAPSHOT '" + name + "'");
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlFaults.explain("The session of the snapshot could not be closed", e);
        }
    }
}
