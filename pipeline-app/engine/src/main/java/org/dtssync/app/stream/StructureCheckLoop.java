package org.dtssync.app.stream;

import org.dtssync.app.drift.ReplacedPartitions;
import org.dtssync.app.drift.StructureWatch;
import org.dtssync.connectors.fault.SyncException;

/**
 * Checks the structure at both ends again and again, while a direction is at work. Runs in a thread of its own.
 *
 * @param structure compares the structure with the recorded one
 * @param partitions compares partitions that were replaced
 * @param checks says whether the task still belongs to this instance
 * @param pauseMillis between two checks, in milliseconds
 */
record StructureCheckLoop(
        StructureWatch structure, ReplacedPartitions partitions, CaptureChecks checks, long pauseMillis) {

    /**
     * Checks until interrupted.
     *
     * @throws SyncException of kind STRUCTURE_CHANGED or DIFFERENCE at the first change, of kind FENCED if another instance has
     *     taken over: one that was replaced while it was frozen sees what its successor did, and must not report that as a fault
     */
    void run() throws InterruptedException {
        try {
            structure.run(partitions, pauseMillis);
        } catch (SyncException e) {
            checks.requireTask();
            throw e;
        }
    }

    /** From now on the destination follows exactly; before, a comparison of partitions would mean nothing. */
    void followsExactly() {
        partitions.begin();
    }
}
