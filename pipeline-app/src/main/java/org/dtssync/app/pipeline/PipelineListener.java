package org.dtssync.app.pipeline;

import org.dtssync.app.progress.Phase;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;

/** Told how a task gets on, by several threads: return quickly. */
public interface PipelineListener {

    /** A listener that does nothing. */
    PipelineListener NONE = new PipelineListener() {};

    /** A phase begins. */
    default void entered(Phase phase) {}

    /** The snapshot begins; its progress can be read from now on. */
    default void snapshotStarted(SnapshotProgress progress) {}

    /** An object of the structure was made, or failed. */
    default void structureObject(String name, String state, double seconds) {}

    /**
     * Changes were applied.
     *
     * @param lsn how far the destination is
     * @param lagMillis time from the commit of the last of them at the source until now, in milliseconds; -1 if unknown
     * @param changes how many
     */
    default void applied(Lsn lsn, long lagMillis, long changes) {}

    /** A comparison gets on. */
    default void verifying(VerifyAdvance advance) {}
}
