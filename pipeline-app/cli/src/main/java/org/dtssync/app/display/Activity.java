package org.dtssync.app.display;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;

/** What a task is doing right now, as its parts tell it; written by several threads, read by the one that shows it. */
final class Activity {

    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong objects = new AtomicLong();
    private volatile Phase phase = Phase.PRECHECK;
    private volatile long phaseNanos = System.nanoTime();
    private volatile SnapshotProgress snapshot;
    private volatile Lsn applied = Lsn.ZERO;
    private volatile long lagMillis = -1;
    private volatile VerifyAdvance comparison;

    void enter(Phase entered) {
        phase = entered;
        phaseNanos = System.nanoTime();
        objects.set(0);
    }

    void snapshot(SnapshotProgress progress) {
        snapshot = progress;
    }

    void objectMade() {
        objects.incrementAndGet();
    }

    void applied(Lsn lsn, long lag, long count) {
        applied = lsn;
        lagMillis = lag;
        changes.addAndGet(count);
    }

    void comparing(VerifyAdvance advance) {
        comparison = advance;
    }

    Phase phase() {
        return phase;
    }

    /** Returns how long the phase lasts already, in seconds. */
    double phaseSeconds() {
        return (System.nanoTime() - phaseNanos) / 1e9;
    }

    /** Returns the snapshot's progress while it is loaded. */
    Optional<SnapshotProgress> snapshot() {
        return phase == Phase.SNAPSHOT ? Optional.ofNullable(snapshot) : Optional.empty();
    }

    /** Returns how many objects of the structure were made in this phase. */
    long objects() {
        return objects.get();
    }

    /** Returns how many changes were applied in this run. */
    long changes() {
        return changes.get();
    }

    Lsn applied() {
        return applied;
    }

    /** Returns how late the last changes were applied, in milliseconds; -1 if unknown. */
    long lagMillis() {
        return lagMillis;
    }

    /** Returns what a comparison told since this was asked last; a comparison that tells no more is over. */
    Optional<VerifyAdvance> takeComparison() {
        VerifyAdvance taken = comparison;
        comparison = null;
        return Optional.ofNullable(taken);
    }
}
