package org.dtssync.app.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.LiveFigures;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The figures of a live run, stored with each sign of life for anyone who watches the task from another process. They hold no row
 * values. Forwards everything to the run's listener. Thread-safe if that is.
 */
final class RunFigures implements PipelineListener {

    /** A table more would make the row longer than anyone can read; the busiest come first. */
    private static final int LISTED_TABLES = 20;

    private static final double NANOS_PER_SECOND = 1e9;

    private final PipelineListener next;
    private final LongSupplier nanoClock;
    private String phase = "";
    private long captured;
    private long applied;
    private long capturedBefore;
    private long appliedBefore;
    private long reportedNanos;
    private OptionalLong lagMillis = OptionalLong.empty();
    private OptionalLong walRetained = OptionalLong.empty();
    private Optional<Lsn> appliedLsn = Optional.empty();
    private Optional<SnapshotProgress> snapshot = Optional.empty();
    private Optional<VerifyAdvance> verification = Optional.empty();
    private long retries;
    private Optional<LiveFigures.LastRetry> lastRetry = Optional.empty();

    /**
     * Creates figures of a run that has done nothing yet.
     *
     * @param next notified of the same
     */
    RunFigures(PipelineListener next) {
        this(next, System::nanoTime);
    }

    RunFigures(PipelineListener next, LongSupplier nanoClock) {
        this.next = next;
        this.nanoClock = nanoClock;
        this.reportedNanos = nanoClock.getAsLong();
    }

    @Override
    public void entered(Phase entered) {
        synchronized (this) {
            phase = entered.label();
            verification = Optional.empty();
        }
        next.entered(entered);
    }

    @Override
    public void snapshotStarted(SnapshotProgress progress) {
        synchronized (this) {
            snapshot = Optional.of(progress);
        }
        next.snapshotStarted(progress);
    }

    @Override
    public void applied(Lsn lsn, long lag, long changes) {
        synchronized (this) {
            applied += changes;
            appliedLsn = Optional.of(lsn);
            lagMillis = lag < 0 ? lagMillis : OptionalLong.of(lag);
        }
        next.applied(lsn, lag, changes);
    }

    @Override
    public void tableApplied(TableName table, long changes, long commitMillis) {
        next.tableApplied(table, changes, commitMillis);
    }

    @Override
    public void captured(long changes) {
        synchronized (this) {
            captured += changes;
        }
        next.captured(changes);
    }

    @Override
    public void timed(String stage, long nanos) {
        next.timed(stage, nanos);
    }

    @Override
    public void walRetained(long bytes) {
        synchronized (this) {
            walRetained = OptionalLong.of(bytes);
        }
        next.walRetained(bytes);
    }

    @Override
    public void retrying(String part, FaultKind kind) {
        synchronized (this) {
            retries++;
            lastRetry = Optional.of(new LiveFigures.LastRetry(part, kind, Instant.now()));
        }
        next.retrying(part, kind);
    }

    @Override
    public void verifying(VerifyAdvance advance) {
        synchronized (this) {
            verification = Optional.of(advance);
        }
        next.verifying(advance);
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        next.tableCopied(table, rows, bytes, time);
    }

    @Override
    public void chunkCopied(TableName table, long rows, long bytes) {
        next.chunkCopied(table, rows, bytes);
    }

    @Override
    public void structureObject(String name, String state, double seconds) {
        next.structureObject(name, state, seconds);
    }

    /** Returns the figures; rates are those since the last call. */
    synchronized LiveFigures now() {
        long now = nanoClock.getAsLong();
        double seconds = Math.max(1e-3, (now - reportedNanos) / NANOS_PER_SECOND);
        Runtime runtime = Runtime.getRuntime();
        LiveFigures figures = new LiveFigures(
                phase,
                captured,
                applied,
                rate(captured - capturedBefore, seconds),
                rate(applied - appliedBefore, seconds),
                appliedLsn,
                lagMillis,
                walRetained,
                runtime.totalMemory() - runtime.freeMemory(),
                runtime.maxMemory(),
                retries,
                lastRetry,
                snapshot.filter(progress -> phase.equals(Phase.SNAPSHOT.label()))
                        .map(RunFigures::load),
                verification.map(advance ->
                        new LiveFigures.Verified(advance.rows(), advance.estimatedRows(), advance.remaining())));
        capturedBefore = captured;
        appliedBefore = applied;
        reportedNanos = now;
        return figures;
    }

    private static LiveFigures.Load load(SnapshotProgress progress) {
        SnapshotProgress.Overall overall = progress.overall();
        return new LiveFigures.Load(
                progress.allTables(),
                progress.wholeTables(),
                overall.rows(),
                overall.estimatedRows(),
                Math.round(overall.rowsPerSecond()),
                Math.round(overall.bytesPerSecond()),
                overall.remaining(),
                progress.underWay().stream()
                        .limit(LISTED_TABLES)
                        .map(table -> new LiveFigures.Copying(
                                table.table(),
                                table.rows(),
                                table.estimatedRows(),
                                Math.round(table.bytesPerSecond()),
                                table.remaining()))
                        .toList());
    }

    private static long rate(long count, double seconds) {
        return Math.round(count / seconds);
    }
}
