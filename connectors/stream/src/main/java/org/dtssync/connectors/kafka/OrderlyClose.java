package org.dtssync.connectors.kafka;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Closes Kafka's clients from threads that may be interrupted, before or meanwhile, which would leave them half closed and write a
 * stack trace to the log. Stateless.
 */
public final class OrderlyClose {

    private OrderlyClose() {}

    /**
     * Closes a consumer without a group, and does not wait for what it has asked the broker for: an answer that is held back until
     * there are records comes half a second later.
     */
    public static void ofConsumer(Consumer<?, ?> consumer) {
        of(() -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
    }

    /**
     * Closes a client in a thread of its own, waits for it, and leaves the calling thread as interrupted as it is.
     *
     * @param close closes it, within a time limit of its own
     */
    public static void of(Runnable close) {
        FutureTask<Void> closing = new FutureTask<>(close, null);
        new Thread(closing, Thread.currentThread().getName() + "-close").start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    closing.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException fault ? fault : new CompletionException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
