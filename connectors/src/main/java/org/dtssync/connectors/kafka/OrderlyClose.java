package org.dtssync.connectors.kafka;

/** Closes Kafka's clients although their thread was interrupted: they take that for a failure and report it. Stateless. */
public final class OrderlyClose {

    private OrderlyClose() {}

    /**
     * Closes a client and leaves the thread as interrupted as it was.
     *
     * @param close closes it, within a time limit of its own
     */
    public static void of(Runnable close) {
        boolean interrupted = Thread.interrupted();
        try {
            close.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
