package org.dtssync.app.tasks;

import java.time.Duration;
import java.util.List;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * Several listeners that are notified of the same, one after another. Thread-safe if they are.
 *
 * @param listeners who is notified
 */
public record TaskListeners(List<TaskListener> listeners) implements TaskListener {

    /** Copies the list. */
    public TaskListeners {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void entered(Phase phase) {
        listeners.forEach(listener -> listener.entered(phase));
    }

    @Override
    public void snapshotStarted(SnapshotProgress progress) {
        listeners.forEach(listener -> listener.snapshotStarted(progress));
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        listeners.forEach(listener -> listener.tableCopied(table, rows, bytes, time));
    }

    @Override
    public void chunkCopied(TableName table, long rows, long bytes) {
        listeners.forEach(listener -> listener.chunkCopied(table, rows, bytes));
    }

    @Override
    public void structureObject(String name, String state, double seconds) {
        listeners.forEach(listener -> listener.structureObject(name, state, seconds));
    }

    @Override
    public void applied(Lsn lsn, long lagMillis, long changes) {
        listeners.forEach(listener -> listener.applied(lsn, lagMillis, changes));
    }

    @Override
    public void tableApplied(TableName table, long changes, long commitMillis) {
        listeners.forEach(listener -> listener.tableApplied(table, changes, commitMillis));
    }

    @Override
    public void captured(long changes) {
        listeners.forEach(listener -> listener.captured(changes));
    }

    @Override
    public void timed(String stage, long nanos) {
        listeners.forEach(listener -> listener.timed(stage, nanos));
    }

    @Override
    public void walRetained(long bytes) {
        listeners.forEach(listener -> listener.walRetained(bytes));
    }

    @Override
    public void retrying(String part, FaultKind kind) {
        listeners.forEach(listener -> listener.retrying(part, kind));
    }

    @Override
    public void verifying(VerifyAdvance advance) {
        listeners.forEach(listener -> listener.verifying(advance));
    }
}
