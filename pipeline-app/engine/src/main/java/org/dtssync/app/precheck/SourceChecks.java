package org.dtssync.app.precheck;

import java.sql.SQLException;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;

/** Whether the source supports logical decoding: its settings, its free slots, and what would delay a new slot. */
final class SourceChecks {

    private static final int SHOWN_CHARACTERS = 40;
    private static final String RESTART = "at the source, then restart it";

    private SourceChecks() {}

    static void primary(Ends ends, Findings findings) throws SQLException {
        if (ends.atSource("SELECT pg_is_in_recovery()").yes()) {
            findings.fail(
                    "source",
                    "The source is a standby: no publication can be created there.",
                    "Set source.url in the task file to the primary.");
        }
        findings.passIfNothingFound("source", "The source is a primary.");
    }

    static void walLevel(Ends ends, Findings findings) throws SQLException {
        String level = ends.atSource("SHOW wal_level").text();
        if (!level.equals("logical")) {
            findings.fail(
                    "source",
                    "wal_level at the source is " + level + "; logical decoding needs logical.",
                    Advice.sql(Place.SOURCE, "ALTER SYSTEM SET wal_level = 'logical';")
                            .and(RESTART));
        }
        findings.passIfNothingFound("source", "wal_level at the source is logical.");
    }

    static void replicationSlots(Ends ends, Findings findings) throws SQLException {
        long most = ends.atSource("SELECT current_setting('max_replication_slots')::bigint")
                .number();
        long used = ends.atSource("SELECT count(*) FROM pg_replication_slots").number();
        boolean ours = ends.atSource(
                        "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ?)",
                        ends.task().slot())
                .yes();
        if (used >= most && !ours) {
            findings.fail(
                    "source",
                    "The source has no free replication slot: " + used + " of " + most + " are in use.",
                    Advice.sql(Place.SOURCE, "ALTER SYSTEM SET max_replication_slots = " + (used + 4) + ";")
                            .and(RESTART));
        }
        findings.passIfNothingFound("source", used + " of " + most + " replication slots at the source are in use.");
    }

    static void walSenders(Ends ends, Findings findings) throws SQLException {
        long most = ends.atSource("SELECT current_setting('max_wal_senders')::bigint")
                .number();
        long used = ends.atSource("SELECT count(*) FROM pg_stat_replication").number();
        boolean ours = ends.atSource(
                        "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ? AND active)",
                        ends.task().slot())
                .yes();
        if (used >= most && !ours) {
            findings.fail(
                    "source",
                    "The source has no free WAL sender: " + used + " of " + most + " are in use.",
                    Advice.sql(Place.SOURCE, "ALTER SYSTEM SET max_wal_senders = " + (used + 4) + ";")
                            .and(RESTART));
        }
        findings.passIfNothingFound("source", used + " of " + most + " WAL senders at the source are in use.");
    }

    static void walKept(Ends ends, Findings findings) throws SQLException {
        long megabytes = ends.atSource("""
                SELECT setting::bigint FROM pg_settings WHERE name = 'max_slot_wal_keep_size'
                """).number();
        if (megabytes >= 0) {
            findings.warn(
                    "source",
                    "max_slot_wal_keep_size at the source is " + Size.of(megabytes << 20)
                            + ": if more WAL than that waits to be captured, the slot is lost and the task must start over.",
                    Advice.sql(Place.SOURCE, "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf();")
                            .and("at the source"));
        }
        // Since PostgreSQL 18 a slot can also be lost to a timeout.
        for (String timeout : ends.atSource("""
                SELECT setting || unit FROM pg_settings WHERE name = 'idle_replication_slot_timeout' AND setting <> '0'
                """).texts()) {
            findings.warn(
                    "source",
                    "idle_replication_slot_timeout at the source is " + timeout
                            + ": if the task is stopped for longer, the slot is lost and the task must start over.",
                    Advice.sql(
                                    Place.SOURCE,
                                    "ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();")
                            .and("at the source"));
        }
        findings.passIfNothingFound(
                "source", "The source retains WAL for a slot without a limit; wal.warning monitors it.");
    }

    private record Transaction(long pid, String database, long seconds, String query) {}

    static void longTransactions(Ends ends, Findings findings) throws SQLException {
        // pg_locks shows every account which sessions have written; their queries are visible only with the right to
        // see them.
        for (Transaction open : ends.atSource("""
                SELECT l.pid, coalesce(a.datname, '?'),
                       extract(epoch FROM clock_timestamp() - a.xact_start)::bigint, coalesce(a.query, '')
                FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid IS NOT NULL
                  AND l.pid <> pg_backend_pid()
                  AND (a.xact_start IS NULL OR clock_timestamp() - a.xact_start >= make_interval(secs => ?))
                GROUP BY l.pid, a.datname, a.xact_start, a.query
                ORDER BY a.xact_start, l.pid
                """, (double) ends.suspiciousAge().toSeconds())
                .list(row -> new Transaction(row.getLong(1), row.getString(2), row.getLong(3), row.getString(4)))) {
            findings.warn(
                    "pid " + open.pid(),
                    "Session " + open.pid() + " in database " + open.database()
                            + " has had a writing transaction open for "
                            + open.seconds() + " s (" + shown(open.query())
                            + "): a replication slot can only be created once it ends.",
                    Advice.text(
                            Place.SOURCE,
                            "SELECT pg_terminate_backend(" + open.pid() + "); -- at the source, or let it finish"));
        }
        findings.passIfNothingFound("source", "No writing transaction has been open for long at the source.");
    }

    /** Shows the beginning of a query up to its first value: values may be secrets. */
    static String shown(String query) {
        String line = query.strip().replaceAll("\\s+", " ");
        int end = 0;
        while (end < line.length() && end < SHOWN_CHARACTERS && isHarmless(line.charAt(end))) {
            end++;
        }
        if (line.isEmpty()) {
            return "its query is not shown to this account";
        }
        return (line.substring(0, end) + (end < line.length() ? " ..." : ""))
                .strip()
                .replace("  ", " ");
    }

    private static boolean isHarmless(char c) {
        return c != '\'' && c != '$' && c != '/' && c != '-' && !Character.isDigit(c);
    }

    private record Prepared(String gid, String database, long seconds) {}

    static void preparedTransactions(Ends ends, Findings findings) throws SQLException {
        for (Prepared prepared :
                ends.atSource("""
                SELECT gid, database, extract(epoch FROM clock_timestamp() - prepared)::bigint
                FROM pg_prepared_xacts ORDER BY prepared, gid COLLATE "C"
                """).list(row -> new Prepared(row.getString(1), row.getString(2), row.getLong(3)))) {
            String message =
                    "Transaction " + prepared.gid() + " in database " + prepared.database() + " has been prepared for "
                            + prepared.seconds() + " s: a replication slot can only be created once it ends.";
            String remedy = "ROLLBACK PREPARED " + Identifiers.literal(prepared.gid())
                    + "; -- in that database, or COMMIT PREPARED";
            if (prepared.seconds() >= ends.suspiciousAge().toSeconds()) {
                findings.fail(prepared.gid(), message, remedy);
            } else {
                findings.warn(prepared.gid(), message, remedy);
            }
        }
        findings.passIfNothingFound("source", "The source has no prepared transactions.");
    }
}
