package org.dtssync.app.display;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.dtssync.app.pipeline.PipelineListener;
import org.dtssync.app.progress.Phase;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.postgres.Lsn;

/**
 * Shows on standard error how a task gets on: a line a phase, and every few seconds a line of what is under way; once a
 * minute in steady state.
 *
 * <p>Thread-safe.
 */
public final class ProgressDisplay implements PipelineListener, AutoCloseable {

    private static final long INTERVAL_SECONDS = 2;
    private static final long STEADY_SECONDS = 60;

    private final PrintWriter err;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dts-sync-display");
        thread.setDaemon(true);
        return thread;
    });
    private final ScheduledFuture<?> showing;
    private final AtomicLong appliedChanges = new AtomicLong();
    private volatile Phase phase = Phase.PRECHECK;
    private volatile SnapshotProgress snapshot;
    private volatile Lsn applied = Lsn.ZERO;
    private volatile long lagMillis = -1;
    private volatile VerifyAdvance verify;
    private long shownChanges;
    private long seconds;

    /** Begins to show. */
    public ProgressDisplay(PrintWriter err) {
        this.err = err;
        this.showing = timer.scheduleAtFixedRate(this::show, INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void entered(Phase entered) {
        phase = entered;
        line("== " + entered.label());
    }

    @Override
    public void snapshotStarted(SnapshotProgress progress) {
        snapshot = progress;
    }

    @Override
    public void applied(Lsn lsn, long lag, long changes) {
        applied = lsn;
        lagMillis = lag;
        appliedChanges.addAndGet(changes);
    }

    @Override
    public void verifying(VerifyAdvance advance) {
        verify = advance;
    }

    private synchronized void show() {
        seconds += INTERVAL_SECONDS;
        VerifyAdvance comparison = verify;
        if (comparison != null) {
            verify = null;
            line(String.format(
                    Locale.ROOT,
                    "   verify: %,d of about %,d rows%s",
                    comparison.rows(),
                    comparison.estimatedRows(),
                    eta(comparison.remaining())));
        } else if (phase == Phase.SNAPSHOT && snapshot != null) {
            showSnapshot(snapshot.overall());
        } else if (phase == Phase.CATCH_UP || (phase == Phase.INCREMENTAL && seconds % STEADY_SECONDS == 0)) {
            showStream();
        }
    }

    private void showSnapshot(SnapshotProgress.Overall overall) {
        line(String.format(
                Locale.ROOT,
                "   snapshot: %,d of about %,d rows, %.1f MB/s%s",
                overall.rows(),
                overall.estimatedRows(),
                overall.bytesPerSecond() / 1e6,
                eta(overall.remaining())));
    }

    private void showStream() {
        long changes = appliedChanges.get();
        line(String.format(
                Locale.ROOT,
                "   applied: %,d changes (%,d more), LSN %s, lag %s",
                changes,
                changes - shownChanges,
                applied,
                lagMillis < 0 ? "unknown" : lagMillis + " ms"));
        shownChanges = changes;
    }

    private static String eta(Optional<Duration> remaining) {
        return remaining.map(left -> ", about " + left.toSeconds() + " s left").orElse("");
    }

    private void line(String text) {
        err.println(text);
        err.flush();
    }

    @Override
    public void close() {
        showing.cancel(false);
        timer.shutdownNow();
    }
}
