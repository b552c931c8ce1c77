package org.dtssync.app.task;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what failed for a passing reason, with growing pauses, within the windows of the task file.
 *
 * <p>Thread-safe.
 */
public final class Retry {

    private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 15_000;

    /**
     * What ran this long before it failed was well in between: the window begins anew. Longer than any client takes to find
     * out that a server does not answer, or the window would never end while it does not.
     */
    private static final Duration HEALTHY = Duration.ofMinutes(3);

    private final RetrySettings settings;
    private final RetryListener listener;

    /**
     * Creates one.
     *
     * @param settings the windows
     * @param listener told of each further try
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
     * @throws SyncException the last fault, if it cannot pass or did not within its window
     * @throws InterruptedException if the thread was interrupted, whatever the action made of it
     */
    public void run(String part, Action action) throws InterruptedException {
        call(part, () -> {
            action.run();
            return null;
        });
    }

    /**
     * Runs the call until it succeeds; returns what it returned.
     *
     * @param part what runs, for the log
     * @throws SyncException the last fault, if it cannot pass or did not within its window
     * @throws InterruptedException if the thread was interrupted, whatever the call made of it
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
                    // The client that was interrupted calls it a failure of its own.
                    InterruptedException interrupted = new InterruptedException(part + " was interrupted");
                    interrupted.addSuppressed(e);
                    throw interrupted;
                }
                long now = System.nanoTime();
                long window = window(e.kind()).toNanos();
                if (failingSince == 0 || now - began > HEALTHY.toNanos()) {
                    // However long it ran, it is tried again: for most of that time nothing was wrong.
                    failingSince = now - began > HEALTHY.toNanos() ? now : Math.max(began, now - window / 2);
                    pause = FIRST_PAUSE_MILLIS;
                }
                if (now - failingSince > window) {
                    throw e;
                }
                // Not all at the same moment: many parts, and many tasks, lose one server together.
                long spread = ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
                LOG.warn("Trying again. part={} pause_ms={} reason={}", part, spread, e.getMessage());
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
