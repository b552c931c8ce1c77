package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * What a destination says about itself in one snapshot: rows that are read in the same one are those of this position.
 *
 * @param phase the phase the task is in
 * @param consistencyPoint from where on the destination is the source as of a commit
 * @param position what is applied; empty once the task no longer follows in this direction
 * @param tables the task's tables in the order of their names
 */
public record FollowedState(
        Phase phase, Optional<Lsn> consistencyPoint, Optional<AppliedPosition> position, List<FollowedTable> tables) {

    /** Copies the list. */
    public FollowedState {
        tables = List.copyOf(tables);
    }

    /** Reads the state of a task in the connection's transaction; empty if the database has none. */
    public static Optional<FollowedState> read(Connection connection, String task) throws SQLException {
        if (!Statements.isThere(connection, "dts_sync.command")) {
            return Optional.empty();
        }
        Optional<FollowedState> found = Statements.first(
                connection,
                "SELECT phase, consistency_point::text FROM dts_sync.task WHERE task = ?",
                row -> new FollowedState(
                        Phase.of(row.getString(1)),
                        Optional.ofNullable(Lsn.parseOrNull(row.getString(2))),
                        Optional.empty(),
                        List.of()),
                task);
        if (found.isEmpty()) {
            return found;
        }
        return Optional.of(new FollowedState(
                found.get().phase(),
                found.get().consistencyPoint(),
                AppliedPosition.read(connection, task),
                tables(connection, task)));
    }

    private static List<FollowedTable> tables(Connection connection, String task) throws SQLException {
        return Statements.list(connection, """
                SELECT schema_name, table_name, state, key_columns, structure, earlier_structure, changed_at::text, apply_after::text
                FROM dts_sync.table_progress WHERE task = ? ORDER BY schema_name, table_name
                """, FollowedState::table, task);
    }

    private static FollowedTable table(ResultSet row) throws SQLException {
        String structure = row.getString(5);
        return new FollowedTable(
                new org.dtssync.connectors.postgres.TableName(row.getString(1), row.getString(2)),
                TableState.of(row.getString(3)),
                Statements.texts(row.getArray(4)),
                structure == null
                        ? Optional.empty()
                        : Optional.of(new RecordedShape(
                                structure,
                                Optional.ofNullable(row.getString(6)),
                                lsn(row.getString(7)),
                                lsn(row.getString(8)))));
    }

    private static Lsn lsn(@Nullable String text) {
        return text == null ? Lsn.ZERO : Lsn.parse(text);
    }
}
