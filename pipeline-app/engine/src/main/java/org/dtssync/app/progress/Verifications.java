package org.dtssync.app.progress;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Fence;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The last comparison of one task's databases, kept at its destination: whoever wants to move applications can tell from it
 * whether another one is needed. Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 */
public record Verifications(DatabaseConnections destination, String task) {

    /**
     * A comparison that found both databases equal.
     *
     * @param at when it began, by the destination's clock, ISO 8601 in UTC
     * @param lsn the source's position it ended at
     */
    public record Verified(String at, Lsn lsn) {}

    /** Returns what tells whether structures and loads are those of a comparison. */
    public String digest() {
        String text = new TreeMap<>(new StructureRecords(destination, task).read()).toString();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Records a comparison that has just ended.
     *
     * @param unfinished how far it was until then, and when it began
     * @param digest {@link #digest} from before it began
     */
    public void record(Lsn lsn, boolean equal, UnfinishedComparison unfinished, String digest, Fence fence) {
        destination.inTransaction("The comparison of task " + task + " could not be recorded", connection -> {
            fence.hold(connection);
            Optional<String> began = unfinished.end(connection);
            try (PreparedStatement statement = connection.prepareStatement("""
                    INSERT INTO dts_sync.verification (task, began_at, lsn, equal, structures)
                    VALUES (?, ?::timestamptz, ?::pg_lsn, ?, ?)
                    ON CONFLICT (task) DO UPDATE
                    SET began_at = excluded.began_at, lsn = excluded.lsn, equal = excluded.equal,
                        structures = excluded.structures
                    """)) {
                statement.setString(1, task);
                statement.setString(2, began.orElse("-infinity"));
                statement.setString(3, String.valueOf(lsn));
                statement.setBoolean(4, equal);
                statement.setString(5, digest);
                statement.executeUpdate();
            }
            return null;
        });
    }

    /** Forgets it: the stream that it was about has ended. */
    public void forget(Fence fence) {
        destination.inTransaction("The comparison of task " + task + " could not be forgotten", connection -> {
            fence.hold(connection);
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM dts_sync.verification WHERE task = ?")) {
                statement.setString(1, task);
                statement.executeUpdate();
            }
            new UnfinishedComparison(destination, task, fence).end(connection);
            return null;
        });
    }

    /** Returns the last comparison if it found no difference, is not older than this, and nothing has changed since. */
    public Optional<Verified> fresh(Duration maximumAge) {
        String digest = digest();
        return destination.inTransaction("The comparison of task " + task + " could not be looked up", connection -> {
            try (PreparedStatement statement = connection.prepareStatement("""
                    SELECT to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), lsn::text
                    FROM dts_sync.verification
                    WHERE task = ? AND equal AND structures = ?
                      AND began_at > clock_timestamp() - make_interval(secs => ?)
                    """)) {
                statement.setString(1, task);
                statement.setString(2, digest);
                statement.setDouble(3, maximumAge.toMillis() / 1e3);
                try (ResultSet rows = statement.executeQuery()) {
                    return rows.next()
                            ? Optional.of(new Verified(rows.getString(1), Lsn.parse(rows.getString(2))))
                            : Optional.empty();
                }
            }
        });
    }
}
