package org.dtssync.app.precheck;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.dtssync.app.precheck.Advice.Place;
import org.dtssync.connectors.postgres.Identifiers;

/** Whether the two servers are compatible: versions, encodings, collations, clocks. */
final class ServerChecks {

    private static final int OLDEST_SOURCE = 14;
    private static final int NEWEST_KNOWN = 18;
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

    private ServerChecks() {}

    private record Database(String name, String encoding, String provider, String collation, String characterType) {}

    static void version(Ends ends, Findings findings) throws SQLException {
        long source = major(ends.atSource("SHOW server_version_num"));
        long destination = major(ends.atDestination("SHOW server_version_num"));
        if (source < OLDEST_SOURCE || source > NEWEST_KNOWN) {
            findings.fail(
                    "source",
                    "The source is PostgreSQL " + source + "; sources from " + OLDEST_SOURCE + " to " + NEWEST_KNOWN
                            + " are supported.",
                    "Use a source of a supported version.");
        }
        if (destination < source) {
            findings.fail(
                    "destination",
                    "The destination is PostgreSQL " + destination + ", older than the source, which is " + source
                            + ".",
                    "Use a destination of PostgreSQL " + source + " or newer.");
        } else if (destination > NEWEST_KNOWN) {
            findings.warn(
                    "destination",
                    "The destination is PostgreSQL " + destination + "; dts-sync is tested up to " + NEWEST_KNOWN + ".",
                    "Try it on a copy first.");
        }
        findings.passIfNothingFound(
                "versions", "The source is PostgreSQL " + source + ", the destination " + destination + ".");
    }

    static void encoding(Ends ends, Findings findings) throws SQLException {
        Database source = database(ends.atSource(databaseQuery(ends.atSource("SHOW server_version_num"))));
        Database destination =
                database(ends.atDestination(databaseQuery(ends.atDestination("SHOW server_version_num"))));
        if (source.encoding().equals("SQL_ASCII")) {
            findings.fail(
                    "source",
                    "Database " + source.name() + " at the source has the encoding SQL_ASCII: its text can be in any"
                            + " encoding, and cannot be migrated exactly.",
                    "Convert the source to UTF8 first: dump it, repair the texts, restore it into a UTF8 database.");
        } else if (!source.encoding().equals(destination.encoding())
                && !destination.encoding().equals("UTF8")) {
            findings.fail(
                    "destination",
                    "Database " + destination.name() + " at the destination has the encoding " + destination.encoding()
                            + ", which cannot hold every text of the source's " + source.encoding() + ".",
                    "CREATE DATABASE " + Identifiers.quote(destination.name())
                            + " ENCODING 'UTF8' TEMPLATE template0;");
        }
        findings.passIfNothingFound(
                "encodings",
                "The source's encoding is " + source.encoding() + ", the destination's " + destination.encoding()
                        + ".");
    }

    static void collation(Ends ends, Findings findings) throws SQLException {
        Database source = database(ends.atSource(databaseQuery(ends.atSource("SHOW server_version_num"))));
        Database destination =
                database(ends.atDestination(databaseQuery(ends.atDestination("SHOW server_version_num"))));
        String at = describe(source);
        String there = describe(destination);
        if (at.equals(there)) {
            findings.pass("collations", "Both databases sort by " + at + ".");
        } else {
            findings.warn(
                    "collations",
                    "The source sorts by " + at + ", the destination by " + there
                            + ": the rows are the same, but ORDER BY on text may return another order.",
                    "CREATE DATABASE " + Identifiers.quote(destination.name()) + " TEMPLATE template0 "
                            + createOptions(source) + ";");
        }
    }

    private static String describe(Database database) {
        return database.collation() + " (" + provider(database) + ", LC_CTYPE " + database.characterType() + ")";
    }

    private static String provider(Database database) {
        return switch (database.provider()) {
            case "i" -> "icu";
            case "b" -> "builtin";
            default -> "libc";
        };
    }

    private static String createOptions(Database source) {
        String locale = Identifiers.literal(source.collation());
        return switch (provider(source)) {
            case "icu" -> "LOCALE_PROVIDER icu ICU_LOCALE " + locale;
            case "builtin" -> "LOCALE_PROVIDER builtin BUILTIN_LOCALE " + locale;
            default -> "LC_COLLATE " + locale + " LC_CTYPE " + Identifiers.literal(source.characterType());
        };
    }

    /** The catalog column for the locale of providers other than libc changed in 15 and in 17. */
    private static String databaseQuery(Query versionQuery) throws SQLException {
        long version = major(versionQuery);
        String provider = version >= 15 ? "datlocprovider" : "'c'";
        String locale = version >= 17 ? "datlocale" : version >= 15 ? "daticulocale" : "NULL";
        return "SELECT datname, pg_encoding_to_char(encoding), " + provider + ", coalesce(" + locale
                + ", datcollate), datctype FROM pg_database WHERE datname = current_database()";
    }

    private static Database database(Query query) throws SQLException {
        return query.one(row ->
                new Database(row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5)));
    }

    static void sameDatabase(Ends ends, Findings findings) throws SQLException {
        String identity = """
                SELECT system_identifier::text || '/' || current_database() FROM pg_control_system()
                """;
        if (ends.atSource(identity).text().equals(ends.atDestination(identity).text())) {
            findings.fail(
                    "destination",
                    "source.url and destination.url are the same database on the same server.",
                    "Correct destination.url in the task file.");
        }
        findings.passIfNothingFound("databases", "Source and destination are two databases.");
    }

    static void clock(Ends ends, Findings findings) throws SQLException {
        compareClock("source", offset(ends.atSource("SELECT extract(epoch FROM clock_timestamp()) * 1000")), findings);
        compareClock(
                "destination",
                offset(ends.atDestination("SELECT extract(epoch FROM clock_timestamp()) * 1000")),
                findings);
        findings.passIfNothingFound("clocks", "The clocks of both servers agree with this machine's.");
    }

    static void compareClock(String role, Duration offset, Findings findings) {
        if (offset.abs().compareTo(CLOCK_TOLERANCE) > 0) {
            findings.warn(
                    role,
                    "The clock of the " + role + " is " + offset.abs().toSeconds() + " s "
                            + (offset.isNegative() ? "behind" : "ahead of") + " this machine's: lags will be off by"
                            + " that much.",
                    "Synchronize the clocks, for example: systemctl enable --now systemd-timesyncd");
        }
    }

    /** Assumes that the server read its clock in the middle of the round trip. */
    private static Duration offset(Query query) throws SQLException {
        Instant before = Instant.now();
        long server = (long) (double) query.one(row -> row.getDouble(1));
        Duration trip = Duration.between(before, Instant.now());
        return Duration.between(before.plus(trip.dividedBy(2)), Instant.ofEpochMilli(server));
    }

    static void tableCount(Ends ends, Findings findings) throws SQLException {
        long tables = ends.tables().size();
        compareLocks(Place.SOURCE, tables, lockTable(ends.atSource(LOCK_TABLE)), findings);
        compareLocks(Place.DESTINATION, tables, lockTable(ends.atDestination(LOCK_TABLE)), findings);
        findings.passIfNothingFound("tables", tables + " tables fit into the lock tables of both servers.");
    }

    private static final String LOCK_TABLE = """
            SELECT current_setting('max_locks_per_transaction')::bigint
                   * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
            """;

    private static long lockTable(Query query) throws SQLException {
        return query.number();
    }

    /** A partition tree is locked as a whole, with its indexes; half of the lock table leaves room for the applications. */
    static void compareLocks(Place server, long tables, long locks, Findings findings) {
        if (tables > locks / 2) {
            findings.warn(
                    server.label(),
                    "The lock table of the " + server.label() + " holds " + locks + " locks, and " + tables
                            + " tables are selected:" + " a statement that locks many of them may run out of locks.",
                    Advice.sql(server, "ALTER SYSTEM SET max_locks_per_transaction = 1024;")
                            .and("at the " + server.label() + ", then restart it"));
        }
    }

    private static long major(Query query) throws SQLException {
        return query.number() / 10_000;
    }
}
