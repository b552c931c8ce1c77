package org.dtssync.app.precheck;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Queries one server in parallel with others: each may be slow or down. A separate thread queries from the start; used by
 * one other.
 *
 * @param <T> the type of the response
 */
final class Probe<T> implements AutoCloseable {

    private static final long CLOSE_MILLIS = 2_000;

    private final Findings findings = new Findings("connectivity", Stage.PREPARE);
    private final FutureTask<T> answer;
    private final Thread thread;

    /**
     * Starts the query.
     *
     * @param name the name of the server
     * @param ask queries within its own time limit, and reports findings
     */
    Probe(String name, Function<Findings, T> ask) {
        answer = new FutureTask<>(() -> ask.apply(findings));
        thread = new Thread(answer, "precheck-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for the response; null, with the interrupt status preserved, if the wait was interrupted. */
    @Nullable
    T await() {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    /** Returns the findings; empty before the response has arrived. */
    List<PrecheckItem> items() {
        return answer.isDone() ? findings.items() : List.of();
    }

    /** Stops the query, and waits briefly for its end. */
    @Override
    public void close() {
        if (answer.isDone()) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
