package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.StateMigrations;

/**
 * One task's row of the heartbeat table, which is at both ends: written at the source, applied at the destination like any row.
 * Thread-safe.
 *
 * @param task the task's name
 */
public record HeartbeatStore(String task) {

    /** The table, which every publication has. */
    public static final TableName TABLE = new TableName(StateMigrations.SCHEMA, "heartbeat");

    /**
     * A heartbeat at one end.
     *
     * @param sequence its number
     * @param writtenAtSeconds when it was written, in seconds of the epoch by the source's clock
     * @param writtenAt the same, ISO 8601 in UTC
     */
    public record Beat(long sequence, double writtenAtSeconds, String writtenAt) {}

    /** Returns whether the connection's database has the table. */
    public static boolean isKept(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.heartbeat");
    }

    /** Writes the next heartbeat and returns its number. */
    public long write(Connection connection) throws SQLException {
        return Statements.first(connection, """
                INSERT INTO dts_sync.heartbeat (task, sequence, written_at) VALUES (?, 1, clock_timestamp())
                ON CONFLICT (task) DO UPDATE SET sequence = heartbeat.sequence + 1, written_at = clock_timestamp()
                RETURNING sequence
                """, row -> row.getLong(1), task).orElseThrow();
    }

    /** Returns the number of the last heartbeat at this end; 0 if there is none. */
    public long sequence(Connection connection) throws SQLException {
        return Statements.first(
                        connection,
                        "SELECT sequence FROM dts_sync.heartbeat WHERE task = ?",
                        row -> row.getLong(1),
                        task)
                .orElse(0L);
    }

    /** Returns the last heartbeat at this end; empty if there is none, or not even the table. */
    public Optional<Beat> last(Connection connection) throws SQLException {
        if (!isKept(connection)) {
            return Optional.empty();
        }
        return Statements.first(
                connection, """
                SELECT sequence, extract(epoch FROM written_at)::float8,
                       to_char(written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                FROM dts_sync.heartbeat WHERE task = ?
                """, row -> new Beat(row.getLong(1), row.getDouble(2), row.getString(3)), task);
    }

    /** Removes it at this end. */
    public void forget(Connection connection) throws SQLException {
        Statements.update(connection, "DELETE FROM dts_sync.heartbeat WHERE task = ?", task);
    }
}
