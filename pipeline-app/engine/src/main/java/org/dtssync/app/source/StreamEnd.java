package org.dtssync.app.source;

import java.sql.Connection;
import java.sql.SQLException;
import org.dtssync.app.ddl.RecorderRemoval;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Ends the stream of one direction for good: its slot and publication are dropped where it was captured, and its position is
 * removed where it was applied, so that no transaction of its applier can begin any more. Safe to run again.
 *
 * @param route the direction that ends
 * @param epoch the right to write where it was applied, held until all of it is done: an instance that was frozen must not end
 *     the stream of a successor when it wakes
 */
public record StreamEnd(Route route, Epoch epoch) {

    private static final long SLOT_WAIT_MILLIS = 100;
    private static final int SLOT_WAITS = 100;

    public void run() throws InterruptedException {
        try (Connection destination = route.destination().open();
                Connection source = route.source().open()) {
            destination.setAutoCommit(false);
            if (AppliedPosition.isKept(destination)) {
                epoch.hold(destination);
                AppliedPosition.revoke(destination, route.task());
            }
            dropSlot(route.slot(), source);
            Failpoint.STREAM_END_SLOT_DROPPED.reached();
            new Publication(route.name().publication()).drop(source);
            if (route.source().role() == End.DESTINATION) {
                // Reverse replication begins again with the next switchover; meanwhile commands there are those that
                // this task repeats.
                RecorderRemoval.remove(source, route.task());
            }
            Failpoint.STREAM_END_PUBLICATION_DROPPED.reached();
            destination.commit();
        } catch (SQLException e) {
            throw SqlFaults.explain("The stream " + route.name().slot() + " could not be ended", e);
        }
    }

    /** Drops the slot once its reader has ended. */
    public static void dropSlot(ReplicationSlot slot, Connection connection) throws SQLException, InterruptedException {
        if (slot.state(connection).isEmpty()) {
            return;
        }
        slot.endReader(connection);
        for (int i = 0; i < SLOT_WAITS; i++) {
            boolean active =
                    slot.state(connection).flatMap(state -> state.activePid()).isPresent();
            if (!active) {
                break;
            }
            Thread.sleep(SLOT_WAIT_MILLIS);
        }
        slot.drop(connection);
    }
}
