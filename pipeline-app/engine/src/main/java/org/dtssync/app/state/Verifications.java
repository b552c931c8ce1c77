package org.dtssync.app.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
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
     * @param outcome what it found
     * @param unfinished how far it was until then, and when it began
     * @param digest {@link #digest} from before it began
     */
    public void record(VerificationOutcome outcome, UnfinishedComparison unfinished, String digest, Epoch epoch) {
        transactions().write("The comparison of task " + task + " could not be recorded", epoch, connection -> {
            Optional<String> began = unfinished.end(connection);
            Statements.update(
                    connection,
                    """
                    INSERT INTO dts_sync.verification (task, began_at, lsn, equal, structures)
                    VALUES (?, ?::timestamptz, ?::pg_lsn, ?, ?)
                    ON CONFLICT (task) DO UPDATE
                    SET began_at = excluded.began_at, lsn = excluded.lsn, equal = excluded.equal,
                        structures = excluded.structures
                    """,
                    task,
                    began.orElse("-infinity"),
                    String.valueOf(outcome.lsn()),
                    outcome.equal(),
                    digest);
            new VerificationHistory(destination, task).add(connection, outcome, began);
        });
    }

    private StateTransactions transactions() {
        return new StateTransactions(destination);
    }

    /** Forgets it: the stream that it was about has ended. What was found before stays in the history. */
    public void forget(Epoch epoch) {
        transactions().write("The comparison of task " + task + " could not be forgotten", epoch, connection -> {
            Statements.update(connection, "DELETE FROM dts_sync.verification WHERE task = ?", task);
            new UnfinishedComparison(destination, task, epoch).end(connection);
        });
    }

    /** Returns the last comparison if it found no difference, is not older than this, and nothing has changed since. */
    public Optional<Verified> fresh(Duration maximumAge) {
        String digest = digest();
        return transactions()
                .read(
                        "The comparison of task " + task + " could not be looked up",
                        connection -> Statements.first(
                                connection,
                                """
                                SELECT to_char(began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), lsn::text
                                FROM dts_sync.verification
                                WHERE task = ? AND equal AND structures = ?
                                  AND began_at > clock_timestamp() - make_interval(secs => ?)
                                """,
                                row -> new Verified(row.getString(1), Lsn.parse(row.getString(2))),
                                task,
                                digest,
                                maximumAge.toMillis() / 1e3));
    }
}
