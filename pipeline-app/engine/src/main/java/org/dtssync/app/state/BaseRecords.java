package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;

/**
 * Which bases were taken of a task, at its destination. Thread-safe.
 *
 * @param database the destination
 * @param task the task's name
 */
public record BaseRecords(DatabaseConnections database, String task) {

    private static final String ROWS = """
            SELECT place, cut, lsn::text, as_of, taken_at FROM dts_sync.base WHERE task = ? ORDER BY taken_at DESC, lsn DESC
            """;

    /**
     * A base.
     *
     * @param place its directory, on the machine that took it
     * @param cut the number of the cut that it is exact at
     * @param lsn where that cut ends
     * @param asOf when the last transaction of that cut committed; if that is not known, when the base was finished
     * @param takenAt when it was finished
     */
    public record RecordedBase(String place, long cut, Lsn lsn, Instant asOf, Instant takenAt) {

        /**
         * Returns until when topics have everything that follows it: Kafka deletes a record no sooner than it is that old.
         *
         * @param retentionMillis how long every topic of a table retains its records; negative forever
         */
        public Optional<Instant> reachedUntil(long retentionMillis) {
            return retentionMillis < 0 ? Optional.empty() : Optional.of(asOf.plusMillis(retentionMillis));
        }
    }

    /** Adds a base, in place of an earlier one in the same directory. */
    public void add(RecordedBase base) {
        new StateSchema(database).installBases();
        database.doInTransaction(
                "The base could not be recorded",
                connection -> Statements.update(
                        connection,
                        """
                        INSERT INTO dts_sync.base (task, place, cut, lsn, as_of, taken_at) VALUES (?, ?, ?, ?::pg_lsn, ?, ?)
                        ON CONFLICT (task, place) DO UPDATE
                        SET cut = excluded.cut, lsn = excluded.lsn, as_of = excluded.as_of, taken_at = excluded.taken_at
                        """,
                        task,
                        base.place(),
                        base.cut(),
                        base.lsn().toString(),
                        base.asOf().atOffset(ZoneOffset.UTC),
                        base.takenAt().atOffset(ZoneOffset.UTC)));
    }

    /** Forgets a base. */
    public void remove(String place) {
        database.doInTransaction("The list of bases could not be changed", connection -> {
            if (isThere(connection)) {
                Statements.update(connection, "DELETE FROM dts_sync.base WHERE task = ? AND place = ?", task, place);
            }
        });
    }

    /** Returns the bases, the newest first. */
    public List<RecordedBase> list() {
        return database.inTransaction("The list of bases could not be read", connection -> list(connection, task));
    }

    /** Returns the newest base of a task in the connection's transaction; empty if none was taken. */
    public static Optional<RecordedBase> newest(Connection connection, String task) throws SQLException {
        return list(connection, task).stream().findFirst();
    }

    private static List<RecordedBase> list(Connection connection, String task) throws SQLException {
        return isThere(connection) ? Statements.list(connection, ROWS, BaseRecords::base, task) : List.of();
    }

    private static boolean isThere(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.base");
    }

    private static RecordedBase base(ResultSet row) throws SQLException {
        return new RecordedBase(
                row.getString(1),
                row.getLong(2),
                Lsn.parse(row.getString(3)),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getObject(5, OffsetDateTime.class).toInstant());
    }
}
