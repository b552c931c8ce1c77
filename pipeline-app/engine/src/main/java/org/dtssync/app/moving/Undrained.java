package org.dtssync.app.moving;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.TaskProgress;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * The changes made at the destination that have not reached the source, at one moment: what a rollback waits for, and what would be lost
 * without it.
 *
 * @param since everything committed before this moment is at the source, ISO 8601 in UTC; empty if the last heartbeat has arrived, too
 * @param walBytes WAL written at the destination since then, about, in bytes; other databases of the server write there too
 */
public record Undrained(Optional<String> since, long walBytes) {

    /**
     * Checks a task from outside; empty if it has no reverse replication.
     *
     * @throws SyncException of kind CONNECTION if a database cannot be reached
     */
    public static Optional<Undrained> of(TaskFile task) {
        Route route = Route.forReading(task);
        try {
            Optional<Phase> phase =
                    new ProgressStore(route.destination(), route.task()).task().map(TaskProgress::phase);
            return phase.filter(Phase.REVERSE::equals).map(reverse -> of(route.reversed()));
        } catch (SyncException e) {
            if (e.kind() != FaultKind.CONNECTION) {
                throw e;
            }
            throw new SyncException(
                    FaultKind.CONNECTION,
                    e.what() + " Nothing was moved.",
                    "The changes to move back are there: bring it back and run the command again. docs/switchover.md describes how to"
                            + " proceed without it.",
                    e);
        }
    }

    /** Checks a direction. */
    static Undrained of(Route route) {
        HeartbeatStore beats = new HeartbeatStore(route.task());
        try (Connection from = route.source().open();
                Connection to = route.destination().open()) {
            // In this order: changes written in between count as outstanding.
            Optional<HeartbeatStore.Beat> applied = beats.last(to);
            Lsn position = AppliedPosition.read(to, route.task())
                    .map(AppliedPosition::lsn)
                    .orElse(Lsn.ZERO);
            Optional<HeartbeatStore.Beat> written = beats.last(from);
            boolean there =
                    written.map(HeartbeatStore.Beat::sequence).equals(applied.map(HeartbeatStore.Beat::sequence));
            return new Undrained(
                    there
                            ? Optional.empty()
                            : Optional.of(
                                    applied.map(HeartbeatStore.Beat::writtenAt).orElse("the switchover")),
                    Math.max(0, insertLsn(from).minus(position)));
        } catch (SQLException e) {
            throw SqlFaults.explain("The reverse replication of task " + route.task() + " could not be checked", e);
        }
    }

    private static Lsn insertLsn(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pg_current_wal_insert_lsn()::text");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return Lsn.parse(rows.getString(1));
        }
    }

    /** Returns it as a phrase that can follow "not at the source:". */
    public String phrase() {
        return since.map(moment -> String.format(
                        Locale.ROOT,
                        "changes committed at the destination since %s (%,d bytes of WAL)",
                        moment,
                        walBytes))
                .orElse("nothing from before the last second");
    }
}
