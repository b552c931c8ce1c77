package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * Settings of one task that a live run follows within a second. Changing one needs no epoch: like a command, it only asks something of
 * the run. Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 */
public record SettingStore(DatabaseConnections destination, String task) {

    /**
     * A setting as it is kept.
     *
     * @param key its name
     * @param value as text
     * @param until ISO 8601 in UTC; empty: until it is changed
     * @param setBy who set it
     * @param setAt when, ISO 8601 in UTC
     */
    public record Setting(String key, String value, Optional<String> until, Optional<String> setBy, String setAt) {}

    /**
     * Sets a value.
     *
     * @param until when it ends by itself; empty: when it is changed
     * @param author who sets it
     */
    public void put(String key, String value, Optional<Instant> until, Author author) {
        new StateSchema(destination).install();
        destination.doInTransaction(failure(), connection -> {
            Statements.update(
                    connection,
                    """
                    INSERT INTO dts_sync.setting (task, key, value, until, set_by) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (task, key) DO UPDATE
                    SET value = excluded.value, until = excluded.until, set_by = excluded.set_by,
                        set_at = clock_timestamp()
                    """,
                    task,
                    key,
                    value,
                    until.map(moment -> moment.atOffset(ZoneOffset.UTC)).orElse(null),
                    author.name());
            new EventLog(destination, task)
                    .append(
                            connection,
                            Event.by(
                                    author,
                                    "setting",
                                    key,
                                    "value",
                                    value,
                                    "until",
                                    until.map(Instant::toString).orElse(null)));
        });
    }

    /** Removes a setting, so that the task file applies again. Does nothing if it is not set. */
    public void remove(String key, Author author) {
        new StateSchema(destination).install();
        destination.doInTransaction(failure(), connection -> {
            if (Statements.update(connection, "DELETE FROM dts_sync.setting WHERE task = ? AND key = ?", task, key)
                    == 1) {
                new EventLog(destination, task)
                        .append(connection, Event.by(author, "setting", key, "value", "removed"));
            }
        });
    }

    /** Reads the value of a setting that applies now; empty if there is none. Joins the connection's transaction. */
    public Optional<String> current(Connection connection, String key) throws SQLException {
        return Statements.first(connection, """
                SELECT value FROM dts_sync.setting
                WHERE task = ? AND key = ? AND (until IS NULL OR until > clock_timestamp())
                """, row -> row.getString(1), task, key);
    }

    /** Returns the settings that apply now, in the order of their keys; none if the state was created by an earlier release. */
    public List<Setting> list() {
        return destination.inTransaction(failure(), connection -> {
            if (!Statements.isThere(connection, "dts_sync.setting")) {
                return List.of();
            }
            return Statements.list(
                    connection,
                    """
                    SELECT key, value, to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), set_by,
                           to_char(set_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                    FROM dts_sync.setting WHERE task = ? AND (until IS NULL OR until > clock_timestamp()) ORDER BY key
                    """,
                    row -> new Setting(
                            row.getString(1),
                            row.getString(2),
                            Optional.ofNullable(row.getString(3)),
                            Optional.ofNullable(row.getString(4)),
                            row.getString(5)),
                    task);
        });
    }

    private String failure() {
        return "The settings of task " + task + " could not be reached";
    }
}
