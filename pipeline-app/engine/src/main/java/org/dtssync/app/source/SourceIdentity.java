package org.dtssync.app.source;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Which database a task captures: a server by its system identifier, and a database by its name. A task file that now
 * names another one must not continue with the state of the first.
 *
 * @param systemIdentifier assigned by initdb; a physical copy of the server has the same
 * @param database the database's name
 */
public record SourceIdentity(String systemIdentifier, String database) {

    /** Reads the recorded one; empty before the task was prepared. */
    static Optional<SourceIdentity> stored(Route route) {
        return new ProgressStore(route.destination(), route.task()).source().map(SourceIdentity::of);
    }

    /** Returns what a task was prepared with. */
    public static SourceIdentity of(ProgressStore.PreparedSource source) {
        return new SourceIdentity(source.systemIdentifier(), source.database());
    }

    /** Reads which database this is. */
    public static SourceIdentity current(DatabaseConnections database) {
        try (Connection source = database.open();
                PreparedStatement statement = source.prepareStatement(
                        "SELECT system_identifier::text, current_database() FROM pg_control_system()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return new SourceIdentity(rows.getString(1), rows.getString(2));
        } catch (SQLException e) {
            throw SqlFaults.explain("The identity of the source server could not be read", e);
        }
    }

    /**
     * Requires that both are the same.
     *
     * @throws SyncException of kind USAGE if the task file names another database than the one the task was started with
     */
    public static void require(Route route) {
        stored(route).ifPresent(begun -> {
            SourceIdentity now = current(route.source());
            if (!begun.equals(now)) {
                throw new SyncException(
                        FaultKind.USAGE,
                        "Task " + route.task() + " was started with " + begun + ", but source.url names " + now + ".",
                        "Correct source.url, or run dts-sync release and start over.");
            }
        });
    }

    @Override
    public String toString() {
        return "database " + database + " of the server with system identifier " + systemIdentifier;
    }
}
