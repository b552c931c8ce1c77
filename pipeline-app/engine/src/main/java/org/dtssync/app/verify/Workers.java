package org.dtssync.app.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs pieces of work on several named threads, in the given order. The first failure stops the others; so does an
 * interrupt of the caller. All threads have ended when {@link #run} returns or throws.
 */
final class Workers {

    private final int count;

    /** One thread's work on the queue: takes pieces until none is left. */
    @FunctionalInterface
    interface Work<T> {
        void run(Queue<T> pieces) throws InterruptedException;
    }

    Workers(int count) {
        this.count = count;
    }

    <T> void run(List<T> pieces, Work<T> work) throws InterruptedException {
        Queue<T> queue = new ConcurrentLinkedQueue<>(pieces);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(count, pieces.size()); i++) {
            threads.add(new Thread(() -> attempt(work, queue, failure, threads), "verify-worker-" + (i + 1)));
        }
        synchronized (threads) {
            threads.forEach(Thread::start);
        }
        join(threads);
        Throwable first = failure.get();
        if (first != null) {
            rethrow(first);
        }
    }

    private static <T> void attempt(
            Work<T> work, Queue<T> queue, AtomicReference<Throwable> failure, List<Thread> threads) {
        try {
            work.run(queue);
        } catch (InterruptedException | RuntimeException | Error e) {
            if (failure.compareAndSet(null, e)) {
                queue.clear();
                interrupt(threads);
            }
        }
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        InterruptedException interrupted = null;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = e;
                    interrupt(threads);
                }
            }
        }
        if (interrupted != null) {
            throw interrupted;
        }
    }

    private static void interrupt(List<Thread> threads) {
        synchronized (threads) {
            threads.forEach(Thread::interrupt);
        }
    }

    private static void rethrow(Throwable failure) throws InterruptedException {
        if (failure instanceof InterruptedException interrupted) {
            throw interrupted;
        }
        if (failure instanceof RuntimeException fault) {
            throw fault;
        }
        if (failure instanceof Error error) {
            throw error;
        }
    }
}
