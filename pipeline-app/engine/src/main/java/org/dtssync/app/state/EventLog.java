package org.dtssync.app.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * The event log of one task: append-only, in the transaction that causes the event, and trimmed at its old end. Thread-safe.
 *
 * @param database the destination
 * @param task the task's name
 */
public record EventLog(DatabaseConnections database, String task) {

    /** How many events of a task are kept. */
    static final int KEPT = 10_000;

    /** Trimming reads the stored events, so it is not done for each event. */
    private static final int TRIMMED_EVERY = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A stored event.
     *
     * @param id its number, which increases
     * @param at when, by the destination's clock, ISO 8601 in UTC
     * @param event what happened
     */
    public record Recorded(long id, String at, Event event) {}

    /** Adds an event. Joins the connection's transaction. */
    void append(Connection connection, Event event) throws SQLException {
        long id = Statements.first(
                        connection,
                        """
                        INSERT INTO dts_sync.event (task, kind, subject, detail, actor, origin)
                        VALUES (?, ?, ?, ?::jsonb, ?, ?) RETURNING id
                        """,
                        row -> row.getLong(1),
                        task,
                        event.kind(),
                        event.subject(),
                        json(event.detail()),
                        event.actor(),
                        event.origin())
                .orElseThrow();
        if (id % TRIMMED_EVERY == 0) {
            Statements.update(connection, """
                    DELETE FROM dts_sync.event WHERE task = ? AND id <= (
                        SELECT id FROM dts_sync.event WHERE task = ? ORDER BY id DESC OFFSET ? LIMIT 1)
                    """, task, task, KEPT);
        }
    }

    /**
     * Reads the events after one, the oldest first; none if the state is from before events existed.
     *
     * @param id the number of the last event that is known; 0 reads from the start
     * @param limit how many at most
     */
    public List<Recorded> after(long id, int limit) {
        return read("id > ?", "ASC", limit, id);
    }

    /** Reads the last events, the newest first; none if the state is from before events existed. */
    public List<Recorded> last(int limit) {
        return read("?::bigint = 0", "DESC", limit, 0L);
    }

    private List<Recorded> read(String condition, String order, int limit, long id) {
        return database.inTransaction("The events of task " + task + " could not be read", connection -> {
            if (!Statements.isThere(connection, "dts_sync.event")) {
                return List.of();
            }
            return Statements.list(connection, """
                    SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), kind, subject, detail::text,
                           actor, origin
                    FROM dts_sync.event WHERE task = ? AND %s ORDER BY id %s LIMIT ?
                    """.formatted(condition, order), EventLog::read, task, id, limit);
        });
    }

    private static Recorded read(ResultSet row) throws SQLException {
        return new Recorded(
                row.getLong(1),
                row.getString(2),
                new Event(
                        row.getString(3),
                        row.getString(4),
                        details(row.getString(5)),
                        row.getString(6),
                        row.getString(7)));
    }

    private static String json(Map<String, Object> details) {
        try {
            return JSON.writeValueAsString(details);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Map<String, Object> details(String json) {
        try {
            return JSON.readValue(json, new TypeReference<Map<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
