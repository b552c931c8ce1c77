package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Ends the stream of one direction for good: its slot and publication are dropped where it was captured, and its position is
 * taken away where it was applied, so that no transaction of its applier can begin any more. Safe to run again.
 *
 * @param parts the direction's
 */
record StreamEnd(TaskParts parts) {

    private static final long SLOT_WAIT_MILLIS = 100;
    private static final int SLOT_WAITS = 100;

    void run() throws InterruptedException {
        revoke();
        try (Connection connection = parts.source().open()) {
            dropSlot(connection);
            new Publication(parts.task().publication()).drop(connection);
        } catch (SQLException e) {
            throw SqlFaults.explain("The stream " + parts.task().slot() + " could not be ended", e);
        }
    }

    private void revoke() {
        parts.destination()
                .inTransaction("The position of " + parts.task().name() + " could not be taken away", connection -> {
                    if (hasPositions(connection)) {
                        AppliedPosition.revoke(connection, parts.task().name());
                    }
                    return null;
                });
    }

    private static boolean hasPositions(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT to_regclass('dts_sync.apply_position') IS NOT NULL")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    /** Drops the slot once its reader has gone. */
    void dropSlot(Connection connection) throws SQLException, InterruptedException {
        if (parts.slot().state(connection).isEmpty()) {
            return;
        }
        parts.slot().endReader(connection);
        for (int i = 0; i < SLOT_WAITS; i++) {
            boolean active = parts.slot()
                    .state(connection)
                    .flatMap(state -> state.activePid())
                    .isPresent();
            if (!active) {
                break;
            }
            Thread.sleep(SLOT_WAIT_MILLIS);
        }
        parts.slot().drop(connection);
    }
}
