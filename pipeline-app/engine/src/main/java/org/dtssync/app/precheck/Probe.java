package org.dtssync.app.precheck;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/**
 * Asks one server while others are asked: each may take its time, or be away. Asked by a thread of its own from the beginning, used by
 * one other.
 *
 * @param <T> what it answers
 */
final class Probe<T> implements AutoCloseable {

    private static final long CLOSE_MILLIS = 2_000;

    private final Findings findings = new Findings("connectivity");
    private final FutureTask<T> answer;
    private final Thread thread;

    /**
     * Begins to ask.
     *
     * @param name of what is asked
     * @param ask asks within a time limit of its own, and says what it finds
     */
    Probe(String name, Function<Findings, T> ask) {
        answer = new FutureTask<>(() -> ask.apply(findings));
        thread = new Thread(answer, "precheck-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for the answer; null, and the thread as interrupted as it was, if the waiting was interrupted. */
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

    /** Returns what was found; nothing before the answer is there. */
    List<PrecheckItem> items() {
        return answer.isDone() ? findings.items() : List.of();
    }

    /** Asks no more, and waits a little for the end of that. */
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
