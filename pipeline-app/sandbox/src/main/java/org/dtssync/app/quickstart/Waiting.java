package org.dtssync.app.quickstart;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Waits for what another thread does, so that the wait can be interrupted where the work cannot. Stateless. */
final class Waiting {

    private Waiting() {}

    /** Does the work in a thread of its own and waits for it; interrupted, it lets the work go on, which then ends by itself. */
    static <T> T on(String threadName, Callable<T> work) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, threadName);
        thread.setDaemon(true);
        thread.start();
        return on(task);
    }

    /** Returns the outcome, or throws the fault it ended with. */
    static <T> T on(Future<T> work) throws InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SyncException fault) {
                throw fault;
            }
            throw new SyncException(
                    FaultKind.INTERNAL, "An unexpected error ended a step: " + e.getCause() + ".", "", e.getCause());
        }
    }
}
