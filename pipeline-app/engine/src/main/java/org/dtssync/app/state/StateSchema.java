package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.EventTriggers;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.StateMigrations.Migration;

/**
 * The version of the dts_sync schema in one database: installs it, migrates an older one, and refuses one that is newer than this
 * program.
 *
 * <p>Thread-safe.
 *
 * @param database the database
 */
public record StateSchema(DatabaseConnections database) {

    /** Two tasks installing at once would collide on the catalog's unique indexes. The same lock as in earlier releases. */
    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtext('dts_sync'))";

    /** A reader that locks a table for long must not make every other task wait behind the migration. */
    private static final String LOCK_LIMIT = "SET LOCAL lock_timeout = '10s'";

    /** A version that was recorded. */
    private record Version(int number, String program) {}

    /** Installs the task's state and the heartbeat table, or their missing parts. Changes nothing if nothing is missing. */
    public void install() {
        install(StateMigrations.STATE, StateMigrations.HEARTBEAT);
    }

    /** Installs the heartbeat table alone, as at a source. */
    public void installHeartbeat() {
        install(StateMigrations.HEARTBEAT);
    }

    /** Installs what a database needs that is made from a base and the topics. */
    public void installReplay() {
        install(StateMigrations.STATE, StateMigrations.HEARTBEAT, StateMigrations.REPLAY);
    }

    /** Installs what keeps the list of bases, next to the state of their task. */
    public void installBases() {
        install(StateMigrations.BASES);
    }

    private void install(StateMigrations... sets) {
        database.doInTransaction("The dts_sync schema could not be made at the " + database.role(), connection -> {
            for (StateMigrations set : sets) {
                install(connection, set);
            }
        });
    }

    /** Installs one set, or migrates it. Joins the connection's transaction. */
    void install(Connection connection, StateMigrations set) throws SQLException {
        if (known(connection, set) == set.newest()) {
            return;
        }
        EventTriggers.silence(connection);
        Statements.execute(connection, LOCK_LIMIT);
        Statements.execute(connection, LOCK);
        execute(connection, StateMigrations.versionTable());
        for (Migration migration : set.after(known(connection, set))) {
            execute(connection, migration.sql());
            Statements.update(
                    connection,
                    "INSERT INTO dts_sync.version (part, number, name, program) VALUES (?, ?, ?, ?)",
                    set.part(),
                    migration.number(),
                    migration.name(),
                    program());
        }
    }

    /** Returns the version of one set, 0 if none is recorded: the first migration creates what is missing from before versions existed. */
    private int known(Connection connection, StateMigrations set) throws SQLException {
        Optional<Version> recorded = recorded(connection, set);
        recorded.ifPresent(version -> requireKnown(version, set));
        return recorded.map(Version::number).orElse(0);
    }

    private static Optional<Version> recorded(Connection connection, StateMigrations set) throws SQLException {
        if (!Statements.isThere(connection, "dts_sync.version")) {
            return Optional.empty();
        }
        return Statements.first(
                connection,
                "SELECT number, program FROM dts_sync.version WHERE part = ? ORDER BY number DESC LIMIT 1",
                row -> new Version(row.getInt(1), row.getString(2)),
                set.part());
    }

    /**
     * Requires that this program supports the version of the state. Call before reading state that another program may have
     * written.
     *
     * @throws SyncException of kind USAGE if the state is newer
     */
    public void requireKnown() {
        database.doInTransaction(
                "The version of the state at the " + database.role() + " could not be read", connection -> {
                    for (StateMigrations set : StateMigrations.values()) {
                        known(connection, set);
                    }
                });
    }

    private void requireKnown(Version version, StateMigrations set) {
        if (version.number() > set.newest()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The state in schema dts_sync of the " + database.role() + " has version " + version.number() + " ("
                            + set.part() + "), written by dts-sync " + version.program() + "; this is dts-sync "
                            + program() + ", which knows versions up to " + set.newest() + ".",
                    "Use dts-sync " + version.program() + " or later.");
        }
    }

    /** Returns the version of this program. */
    public static String program() {
        String version = StateSchema.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }

    /** Each statement of a script, as one text. */
    private static void execute(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(script);
        }
    }
}
