package org.dtssync.app.display;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/** The current activity of a task, as reported by its parts; written by several threads, read by the one that displays it. */
final class Activity {

    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong objects = new AtomicLong();
    private volatile Phase phase = Phase.PRECHECK;
    private volatile boolean begun;
    private volatile long phaseNanos = System.nanoTime();
    private volatile @Nullable SnapshotProgress snapshot;
    private volatile Lsn applied = Lsn.ZERO;
    private volatile long lagMillis = -1;
    private volatile @Nullable VerifyAdvance comparison;

    void enter(Phase entered) {
        phase = entered;
        begun = true;
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

    /** Returns whether a phase was entered: a run that resumes starts without one, and enters none before its own. */
    boolean begun() {
        return begun;
    }

    /** Returns whether one database follows the other, in either direction, until people act. */
    boolean isSteady() {
        return phase == Phase.INCREMENTAL || phase == Phase.REVERSE;
    }

    /** Returns the duration of the current phase so far, in seconds. */
    double phaseSeconds() {
        return (System.nanoTime() - phaseNanos) / 1e9;
    }

    /** Returns the snapshot's progress while it is running. */
    Optional<SnapshotProgress> snapshot() {
        return phase == Phase.SNAPSHOT ? Optional.ofNullable(snapshot) : Optional.empty();
    }

    /** Returns how many schema objects were created in this phase. */
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

    /** Returns the lag of the last applied changes, in milliseconds; -1 if unknown. */
    long lagMillis() {
        return lagMillis;
    }

    /** Returns the verification progress reported since the last call; without a report the verification is over. */
    Optional<VerifyAdvance> takeComparison() {
        VerifyAdvance taken = comparison;
        comparison = null;
        return Optional.ofNullable(taken);
    }
}
