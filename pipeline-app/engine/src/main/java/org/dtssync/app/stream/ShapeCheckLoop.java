package org.dtssync.app.stream;

import org.dtssync.app.drift.RecorderCheck;
import org.dtssync.app.drift.ReplacedPartitions;
import org.dtssync.app.drift.SettledShapes;
import org.dtssync.app.drift.ShapeCheck;
import org.dtssync.connectors.fault.SyncException;

/**
 * Checks the shapes at both ends repeatedly, while a direction is running. Runs in its own thread.
 *
 * @param structure compares the shapes with the recorded ones
 * @param recorder watches what records commands that change the structure
 * @param partitions compares partitions that were replaced
 * @param settled records shapes that commands have changed
 * @param checks whether the task still belongs to this instance
 * @param pauseMillis between two checks, in milliseconds
 */
record ShapeCheckLoop(
        ShapeCheck structure,
        RecorderCheck recorder,
        ReplacedPartitions partitions,
        SettledShapes settled,
        CaptureChecks checks,
        long pauseMillis) {

    /**
     * Checks until interrupted.
     *
     * @throws SyncException of kind SHAPE_CHANGED or DIFFERENCE at the first change, of kind FENCED if another instance has
     *     taken over: one that was replaced while it was frozen sees what its successor did, and must not report that as a fault
     */
    void run() throws InterruptedException {
        try {
            structure.run(partitions, recorder, settled, pauseMillis);
        } catch (SyncException e) {
            checks.requireTask();
            throw e;
        }
    }

    /** From now on the destination follows exactly; before, a comparison of partitions would be meaningless. */
    void followsExactly() {
        partitions.begin();
    }
}
