package org.dtssync.app.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries transient failures with exponential backoff and jitter, within the windows of the task file.
 *
 * <p>Thread-safe.
 */
public final class Retry {

    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 15_000;

    /**
     * A part that ran this long before it failed had recovered: the window starts again. Longer than any client takes to detect
     * that a server does not respond; otherwise the window would never end.
     */
    private static final Duration HEALTHY = Duration.ofMinutes(3);

    private final RetrySettings settings;
    private final RetryListener listener;

    /**
     * Creates one.
     *
     * @param settings the windows
     * @param listener notified of each retry
     */
    public Retry(RetrySettings settings, RetryListener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /** Something that may fail. */
    @FunctionalInterface
    public interface Action {
        /** Does it. */
        void run() throws InterruptedException;
    }

    /** Something that may fail and returns a value. */
    @FunctionalInterface
    public interface Call<T> {
        /** Does it. */
        T call() throws InterruptedException;
    }

    /**
     * Runs the action until it succeeds.
     *
     * @param part what runs, for the log
     * @throws SyncException the last fault, if it is permanent or its window has passed
     * @throws InterruptedException if the thread was interrupted, regardless of how the action handled it
     */
    public void run(String part, Action action) throws InterruptedException {
        call(part, () -> {
            action.run();
            return true;
        });
    }

    /**
     * Runs the call until it succeeds; returns what it returned.
     *
     * @param part what runs, for the log
     * @throws SyncException the last fault, if it is permanent or its window has passed
     * @throws InterruptedException if the thread was interrupted, regardless of how the call handled it
     */
    public <T> T call(String part, Call<T> call) throws InterruptedException {
        long failingSince = 0;
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            long began = System.nanoTime();
            try {
                return call.call();
            } catch (SyncException e) {
                if (Thread.interrupted()) {
                    // The interrupted client reports its own failure.
                    InterruptedException interrupted = new InterruptedException(part + " was interrupted");
                    interrupted.addSuppressed(e);
                    throw interrupted;
                }
                long now = System.nanoTime();
                long window = window(e.kind()).toNanos();
                if (failingSince == 0 || now - began > HEALTHY.toNanos()) {
                    // However long it ran, it is retried: for most of that time nothing was wrong.
                    failingSince = now - began > HEALTHY.toNanos() ? now : Math.max(began, now - window / 2);
                    pause = FIRST_PAUSE_MILLIS;
                }
                if (now - failingSince > window) {
                    throw e;
                }
                // Not all at the same moment: many parts, and many tasks, lose the same server.
                long spread = ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
                LOG.warn("Retrying. part={} pause_ms={} reason={}", part, spread, e.getMessage());
                listener.retrying(part, e.kind());
                Thread.sleep(spread);
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    private Duration window(FaultKind kind) {
        return switch (kind.retry()) {
            case NEVER -> Duration.ofNanos(-1);
            case CONNECTION -> settings.connection();
            case OTHER -> settings.other();
        };
    }
}
