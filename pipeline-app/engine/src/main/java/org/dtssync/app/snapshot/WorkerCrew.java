package org.dtssync.app.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;

/**
 * The threads of the workers: started together, stopped together at the first fault, joined before the job returns.
 *
 * <p>Used by one thread, the job's; the workers report to it.
 */
final class WorkerCrew {

    /** Longer than opening a connection may take, which cannot be interrupted. */
    private static final long JOIN_MILLIS = 15_000;

    private final CopyRetry retry;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Sessions> sessions = new ArrayList<>();
    private final List<Throwable> faults = new ArrayList<>();
    private CountDownLatch running = new CountDownLatch(0);

    WorkerCrew(CopyRetry retry) {
        this.retry = retry;
    }

    /** Adds a worker; it starts with {@link #run}. */
    void add(Worker worker, Sessions owned) {
        sessions.add(owned);
        threads.add(new Thread(() -> work(worker, owned), "snapshot-" + (threads.size() + 1)));
    }

    /**
     * Runs the workers and returns when all have ended.
     *
     * @throws SyncException the first fault of a worker, others suppressed
     * @throws InterruptedException if this thread was interrupted; the workers are stopped then
     */
    void run() throws InterruptedException {
        running = new CountDownLatch(threads.size());
        threads.forEach(Thread::start);
        try {
            running.await();
        } catch (InterruptedException e) {
            stop();
            join();
            throw e;
        }
        join();
        rethrow();
    }

    private void work(Worker worker, Sessions owned) {
        try (owned) {
            worker.work();
        } catch (InterruptedException e) {
            // The job stops the crew on purpose; the caller reports why.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            synchronized (faults) {
                faults.add(e);
            }
            stop();
        } finally {
            running.countDown();
        }
    }

    /** Stops the workers: closing the connections ends their statements at both servers. */
    private void stop() {
        retry.stop();
        for (Thread thread : threads) {
            if (thread != Thread.currentThread()) {
                thread.interrupt();
            }
        }
        sessions.forEach(Sessions::abort);
    }

    private void join() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(JOIN_MILLIS);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            try {
                thread.join(Math.max(1, left));
            } catch (InterruptedException e) {
                // Already stopping: finish that, then pass it on.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void rethrow() {
        List<Throwable> all;
        synchronized (faults) {
            all = List.copyOf(faults);
        }
        if (all.isEmpty()) {
            return;
        }
        Throwable first = all.get(0);
        all.stream().skip(1).forEach(first::addSuppressed);
        if (first instanceof SyncException fault) {
            throw fault;
        }
        throw UnexpectedError.of("a thread of the snapshot", first);
    }
}
