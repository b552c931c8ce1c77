package org.dtssync.app.moving;

import java.time.Duration;
import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * The proof that only dts-sync has changed a selected table: at the other database since its capture started, at this one since the
 * marker.
 *
 * @param active the direction that applications are moved along
 * @param back the opposite one; null if nothing captures the other database
 * @param from the route of the active direction
 * @param drained the position up to which the other side has everything
 * @param limit how long each capture may take to pass this moment
 */
record SoleWriter(MovingStream active, @Nullable MovingStream back, Route from, Lsn drained, Duration limit) {

    /**
     * Requires it. Both captures must pass this moment to know. The heartbeats are written with synchronous_commit on: once the other
     * side's is committed, so is everything that was applied before it.
     *
     * @throws SyncException of kind DATA if another client wrote
     */
    void require(ReadOnlyGate.Locks locks) throws InterruptedException {
        long millis = limit.toMillis();
        Lsn there = back == null ? Lsn.ZERO : back.writeHeartbeat();
        Lsn here = active.writeHeartbeat();
        if (back != null) {
            back.captured().awaitPast(there, millis);
            back.captured().changesAfter(Lsn.ZERO).ifPresent(changes -> refuse(changes, from.destination()));
        }
        active.captured().awaitPast(here, millis);
        active.captured().changesAfter(drained).ifPresent(changes -> refuse(changes, from.source()));
        locks.requireHeld();
    }

    private static void refuse(String changes, DatabaseConnections database) {
        throw new SyncException(
                FaultKind.DATA,
                "Another client wrote at the " + database.role() + " during the switch: " + changes
                        + ". Nothing was moved.",
                "Find that client, run dts-sync verify, and try again.");
    }
}
