package org.dtssync.app.snapshot;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.SqlFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries work again, on new connections and ever more slowly, while its fault is one that passes. Thread-safe. */
final class CopyRetry {

    private static final Logger LOG = LoggerFactory.getLogger(CopyRetry.class);
    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 30_000;

    private final RetrySettings settings;
    private final SnapshotListener listener;
    private volatile boolean stopped;

    CopyRetry(RetrySettings settings, SnapshotListener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /** Makes every failure from here on final: the connections are being ended on purpose. */
    void stop() {
        stopped = true;
    }

    /**
     * Runs the work until it succeeds, fails for good or its retry window has passed.
     *
     * @param what what is being done, a sentence without its full stop that names the object
     * @param sessions the connections the work uses; ended after a failure, whose state nobody knows
     * @throws SyncException the last failure
     * @throws InterruptedException if the job was stopped
     */
    <T> T run(String what, Sessions sessions, Attempt<T> work) throws InterruptedException {
        long began = 0;
        long wait = FIRST_WAIT_MILLIS;
        for (int attempt = 1; ; attempt++) {
            try {
                return once(what, sessions, work);
            } catch (SyncException fault) {
                if (attempt == 1) {
                    began = System.nanoTime();
                }
                Duration spent = Duration.ofNanos(System.nanoTime() - began);
                if (!isPassing(fault) || spent.plusMillis(wait).compareTo(window(fault.kind())) > 0) {
                    throw fault;
                }
                // Workers that lost one server together do not come back in the same moment.
                long spread = ThreadLocalRandom.current().nextLong(wait / 2, wait + 1);
                LOG.warn("The snapshot tries again. attempt={} wait_ms={} error={}", attempt, spread, fault.what());
                listener.retrying(fault.kind());
                Thread.sleep(spread);
            }
            wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
        }
    }

    /** Runs the work once, with failures told in the same way as by {@link #run}. */
    <T> T once(String what, Sessions sessions, Attempt<T> work) throws InterruptedException {
        boolean succeeded = false;
        try {
            if (stopped) {
                throw new InterruptedException();
            }
            T result = work.run();
            succeeded = true;
            return result;
        } catch (SQLException e) {
            throw stoppedOr(SqlFaults.explain(what, e));
        } catch (SyncException e) {
            throw stoppedOr(e);
        } finally {
            if (!succeeded) {
                sessions.discard();
            }
        }
    }

    static boolean isPassing(SyncException fault) {
        return fault.kind().retry() != FaultKind.Retry.NEVER;
    }

    private SyncException stoppedOr(SyncException fault) throws InterruptedException {
        if (stopped) {
            throw new InterruptedException();
        }
        return fault;
    }

    private Duration window(FaultKind kind) {
        return kind.retry() == FaultKind.Retry.CONNECTION ? settings.connection() : settings.other();
    }

    /** Work that may be done again. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws SQLException, InterruptedException;
    }
}
