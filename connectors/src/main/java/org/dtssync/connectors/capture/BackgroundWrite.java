package org.dtssync.connectors.capture;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Writes one cut while the next one is encoded: to write is mostly to wait for the broker.
 *
 * <p>One thread hands over and waits; what is handed over runs in a thread of this object's, one after the other.
 */
final class BackgroundWrite implements AutoCloseable {

    private static final long CLOSE_SECONDS = 2;

    private final ExecutorService writer;
    private Future<?> underWay;

    /**
     * Creates one; its thread starts with the first write.
     *
     * @param task the task's name
     */
    BackgroundWrite(String task) {
        writer = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "dts-sync-cuts-" + task);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins a write once the one before has ended; fails as that one did. */
    void begin(Runnable write) throws InterruptedException {
        await();
        underWay = writer.submit(write);
    }

    /**
     * Waits for the end of the write that is under way, if one is. How long that takes at most is for the write to say.
     *
     * @throws RuntimeException what the write threw
     */
    void await() throws InterruptedException {
        if (underWay == null) {
            return;
        }
        try {
            underWay.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
        underWay = null;
    }

    /** Interrupts what is under way and waits for its end, but not for long: a broker that is away is not waited for. */
    @Override
    public void close() {
        writer.shutdownNow();
        try {
            writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
