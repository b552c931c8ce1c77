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
 * The last verification of one task's databases, kept at its destination: before applications are moved it shows
 * whether another one is needed. Thread-safe.
 *
 * @param destination connections to the destination
 * @param task the task's name
 */
public record Verifications(DatabaseConnections destination, String task) {

    /**
     * A verification that found both databases equal.
     *
     * @param at when it began, by the destination's clock, ISO 8601 in UTC
     * @param lsn the source's position it ended at
     */
    public record Verified(String at, Lsn lsn) {}

    /** Returns a digest that shows whether shapes and loads are those of a verification. */
    public String digest() {
        String text = new TreeMap<>(new ShapeRecords(destination, task).read()).toString();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Records a verification that has just ended.
     *
     * @param outcome what it found
     * @param unfinished its progress until then, and when it started
     * @param digest {@link #digest} from before it began
     */
    public void record(VerificationOutcome outcome, UnfinishedComparison unfinished, String digest, Epoch epoch) {
        transactions().write("The verification of task " + task + " could not be recorded", epoch, connection -> {
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

    /** Deletes it: its stream has ended. What was found before stays in the history. */
    public void forget(Epoch epoch) {
        transactions().write("The verification of task " + task + " could not be removed", epoch, connection -> {
            Statements.update(connection, "DELETE FROM dts_sync.verification WHERE task = ?", task);
            new UnfinishedComparison(destination, task, epoch).end(connection);
        });
    }

    /** Returns the last verification if it found no difference, is not older than this, and nothing has changed since. */
    public Optional<Verified> fresh(Duration maximumAge) {
        String digest = digest();
        return transactions()
                .read(
                        "The verification of task " + task + " could not be looked up",
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
