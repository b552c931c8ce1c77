package org.dtssync.app.verify;

import java.util.concurrent.ExecutorService;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Retries a read after a transient server failure. Thread-safe. */
final class Attempts {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private final VerifySettings settings;
    private final RowPace pace;

    /** The work; it must be safe to repeat. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws InterruptedException;
    }

    Attempts(VerifySettings settings, RowPace pace) {
        this.settings = settings;
        this.pace = pace;
    }

    <T> T run(EndPair<DatabaseConnections> ends, ExecutorService readers, Work<T> work) throws InterruptedException {
        try (Session session = open(ends, readers)) {
            return run(session, work);
        }
    }

    Session open(EndPair<DatabaseConnections> ends, ExecutorService readers) {
        return new Session(ends, readers, pace);
    }

    <T> T run(Session session, Work<T> work) throws InterruptedException {
        SyncException earlier = null;
        long pauseMillis = settings.retryPause().toMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return work.run(session);
            } catch (SyncException fault) {
                if (earlier != null) {
                    fault.addSuppressed(earlier);
                }
                if (fault.kind().retry() == FaultKind.Retry.NEVER || attempt == settings.attempts()) {
                    throw fault;
                }
                earlier = fault;
            }
            log.info("Verifying a slice again after a transient error. attempt={} kind={}", attempt, earlier.kind());
            Thread.sleep(pauseMillis);
            pauseMillis *= 2;
        }
    }
}
