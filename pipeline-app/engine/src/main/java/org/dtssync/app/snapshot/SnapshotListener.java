package org.dtssync.app.snapshot;

import java.time.Duration;
import java.util.List;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.TableName;

/**
 * Hears how the snapshot goes on. Called by the workers, several at a time; an exception thrown here stops the job.
 */
public interface SnapshotListener {

    /** A listener that does nothing. */
    SnapshotListener NONE = new SnapshotListener() {};

    /** Called when the start still waits, now and then, for transactions that are older than the slot. */
    default void waitingFor(List<RunningTransaction> transactions) {}

    /** Called before each try to copy a chunk, inside the destination's transaction, before its first row. */
    default void copying(TableName table, int chunk) {}

    /** Called after the chunk's last row, before its transaction commits. */
    default void committing(TableName table, int chunk) {}

    /** Called when a chunk is committed. */
    default void copied(TableName table, int chunk, long rows, long bytes) {}

    /** Called when work failed for a reason that may pass, before it is tried again. */
    default void retrying(FaultKind kind) {}

    /** Called when the last chunk of a table is committed; the time is that of this run. */
    default void tableCopied(TableName table, long rows, long bytes, Duration time) {}
}
