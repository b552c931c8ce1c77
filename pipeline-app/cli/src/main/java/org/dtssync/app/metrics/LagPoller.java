package org.dtssync.app.metrics;

import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.tasks.SyncTask;
import org.dtssync.app.tasks.TaskLag;
import org.dtssync.connectors.fault.SyncException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the lag from both databases every few seconds, so that it grows even if nothing moves. Runs in one thread
 * until it is interrupted.
 */
final class LagPoller implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LagPoller.class);

    private static final long INTERVAL_MILLIS = 3_000;

    private final TaskFile task;
    private final TaskMetrics metrics;

    LagPoller(TaskFile task, TaskMetrics metrics) {
        this.task = task;
        this.metrics = metrics;
    }

    @Override
    public void run() {
        try {
            while (true) {
                look();
                Thread.sleep(INTERVAL_MILLIS);
            }
        } catch (InterruptedException e) {
            // Only close() interrupts, and waits for this end.
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            TaskLag lag = new SyncTask(task).lag();
            metrics.lag(number(lag.millis()) / 1_000, number(lag.bytes()));
            metrics.ddl(lag.ddl());
            metrics.base(number(lag.baseSeconds()));
        } catch (SyncException e) {
            metrics.lag(Double.NaN, Double.NaN);
            LOG.debug("The lag could not be read. task={} reason={}", task.name(), e.getMessage());
        }
    }

    private static double number(Optional<Long> value) {
        return value.map(Long::doubleValue).orElse(Double.NaN);
    }
}
