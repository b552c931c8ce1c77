package org.dtssync.app.task;

import java.time.Duration;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** Told how a task gets on, by several threads: return quickly. */
public interface PipelineListener {

    /** A listener that does nothing. */
    PipelineListener NONE = new PipelineListener() {};

    /** A phase begins. */
    default void entered(Phase phase) {}

    /** The snapshot begins; its progress can be read from now on. */
    default void snapshotStarted(SnapshotProgress progress) {}

    /**
     * A table was copied whole.
     *
     * @param rows rows of it, in this run and before
     * @param bytes bytes of COPY text
     * @param time how long it took in this run
     */
    default void tableCopied(TableName table, long rows, long bytes, Duration time) {}

    /** A chunk of the snapshot was copied. */
    default void chunkCopied(TableName table, long rows, long bytes) {}

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

    /**
     * A cut was written to the topics.
     *
     * @param changes how many it has
     */
    default void captured(long changes) {}

    /** The source keeps so much WAL for the slot, in bytes. */
    default void walRetained(long bytes) {}

    /** A part failed for a reason that may pass, and is tried again. */
    default void retrying(String part, FaultKind kind) {}

    /** A comparison gets on. */
    default void verifying(VerifyAdvance advance) {}
}
