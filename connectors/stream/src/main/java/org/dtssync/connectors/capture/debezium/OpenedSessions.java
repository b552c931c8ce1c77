package org.dtssync.connectors.capture.debezium;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.connect.errors.ConnectException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that one task has opened at the source. The end of the task closes it, however the task ended: Debezium closes its
 * resources only if its own threads end in order, and a source that refuses or does not answer keeps them from it. Whatever a thread
 * opens later is closed at once. Thread-safe.
 */
final class OpenedSessions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenedSessions.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private boolean over;

    /**
     * Keeps a resource until the end.
     *
     * @param resource what was opened
     * @param end closes it for good
     * @return the resource
     * @throws ConnectException if the end has come; the resource is closed
     */
    <T> T add(T resource, AutoCloseable end) {
        synchronized (this) {
            if (!over) {
                opened.push(end);
                return resource;
            }
        }
        close(end);
        throw new ConnectException("The task was stopped while it started");
    }

    /** Closes everything, the last one opened first. Does nothing the second time. */
    @Override
    public void close() {
        AutoCloseable next = next();
        while (next != null) {
            close(next);
            next = next();
        }
    }

    private synchronized @Nullable AutoCloseable next() {
        over = true;
        return opened.poll();
    }

    private static void close(AutoCloseable end) {
        try {
            end.close();
        } catch (Exception e) {
            LOG.debug("A connection could not be closed.", e);
        }
    }
}
