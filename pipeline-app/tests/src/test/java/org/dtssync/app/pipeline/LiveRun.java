package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.state.Phase;
import org.dtssync.app.stream.StreamBudgets;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/** A run of a task in a thread of its own, until it stops by itself or is closed. Thread-safe. */
final class LiveRun implements AutoCloseable, PipelineListener {

    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Thread thread;
    private boolean incremental;
    private Lsn applied = Lsn.ZERO;
    private @Nullable SyncException stopped;

    private LiveRun(TaskFile task, StreamBudgets budgets) {
        thread = new Thread(() -> run(task, budgets), "run-" + task.name());
    }

    /** Begins to run without a goal. */
    static LiveRun start(TaskFile task) {
        return start(task, StreamBudgets.DEFAULT);
    }

    /** Begins to run without a goal, with pieces of another size. */
    static LiveRun start(TaskFile task, StreamBudgets budgets) {
        LiveRun run = new LiveRun(task, budgets);
        run.thread.start();
        return run;
    }

    private void run(TaskFile task, StreamBudgets budgets) {
        try {
            new Pipeline(task, this, budgets).run(RunOptions.to(RunGoal.NONE));
        } catch (SyncException e) {
            stopped(e);
        } catch (InterruptedException e) {
            // The test has seen enough.
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void stopped(SyncException fault) {
        stopped = fault;
    }

    @Override
    public synchronized void entered(Phase phase) {
        incremental |= phase == Phase.INCREMENTAL;
    }

    @Override
    public synchronized void applied(Lsn lsn, long lagMillis, long changes) {
        if (incremental) {
            applied = lsn;
            notifyAll();
        }
    }

    /** Waits until changes are applied in the incremental phase. */
    LiveRun awaitStreaming() throws InterruptedException {
        awaitApplied(new Lsn(1));
        return this;
    }

    /** Waits until everything before a position is applied. */
    synchronized void awaitApplied(Lsn goal) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT_NANOS;
        while (!applied.reached(goal)) {
            assertThat(stopped).isNull();
            assertThat(System.nanoTime()).as("applied in time").isLessThan(deadline);
            wait(100);
        }
    }

    /** Waits until the task stops by itself and returns what it stopped for. */
    SyncException awaitStop() throws InterruptedException {
        thread.join(TimeUnit.NANOSECONDS.toMillis(LIMIT_NANOS));
        assertThat(thread.isAlive()).as("still running").isFalse();
        synchronized (this) {
            assertThat(stopped).as("stopped by a fault").isNotNull();
            return stopped;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
