package org.dtssync.app.pipeline;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.SqlResources;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Watches a capture at a database that nobody but ourselves may write to: notes the first table that somebody else changed, and
 * lets a thread wait until the capture has come past a heartbeat.
 *
 * <p>Thread-safe.
 */
final class CaptureWatch {

    private final TopicNames names;
    private boolean streaming;
    private long heartbeats;
    private TopicTable foreign;

    CaptureWatch(String task) {
        this.names = new TopicNames(task);
    }

    synchronized void started() {
        streaming = true;
        notifyAll();
    }

    synchronized void cutWritten(Cut cut) {
        for (Cut.CutPartition part : cut.partitions()) {
            TopicTable table = names.tableOf(part.topic());
            if (table.schema().equals(SqlResources.SCHEMA)) {
                heartbeats++;
            } else if (foreign == null) {
                foreign = table;
            }
        }
        notifyAll();
    }

    /** Returns the first table that somebody else changed, if any did. */
    synchronized Optional<TopicTable> foreign() {
        return Optional.ofNullable(foreign);
    }

    synchronized long heartbeats() {
        return heartbeats;
    }

    /** Waits until the capture streams. */
    synchronized void awaitStreaming(long limitMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        while (!streaming) {
            wait(left(deadline, "The capture in the other direction did not begin to stream"));
        }
    }

    /** Waits until the capture has come past more heartbeats than this. */
    synchronized void awaitHeartbeatAfter(long seen, long limitMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        while (heartbeats <= seen) {
            wait(left(deadline, "The capture in the other direction did not come past its heartbeat"));
        }
    }

    private static long left(long deadline, String what) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new SyncException(FaultKind.TRANSIENT, what + " in time.", "See the log for the reason; try again.");
        }
        return left;
    }
}
