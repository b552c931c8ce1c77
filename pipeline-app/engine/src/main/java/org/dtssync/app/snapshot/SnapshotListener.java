package org.dtssync.app.snapshot;

import java.time.Duration;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.TableName;

/**
 * Notified of the snapshot's progress. Called by the workers, in parallel; an exception thrown here stops the job.
 */
public interface SnapshotListener {

    /** A listener that does nothing. */
    SnapshotListener NONE = new SnapshotListener() {};

    /** Called repeatedly while the start waits for transactions that are older than the slot. */
    default void waitingFor(List<RunningTransaction> transactions) {}

    /** Called before each try to copy a chunk, inside the destination's transaction, before its first row. */
    default void copying(TableName table, int chunk) {}

    /** Called after the chunk's last row, before its transaction commits. */
    default void committing(TableName table, int chunk) {}

    /** Called when a chunk is committed. */
    default void copied(TableName table, int chunk, long rows, long bytes) {}

    /** Called when work failed with a transient fault, before it is retried. */
    default void retrying(FaultKind kind) {}

    /** Called when the last chunk of a table is committed; the time is that of this run. */
    default void tableCopied(TableName table, long rows, long bytes, Duration time) {}
}
