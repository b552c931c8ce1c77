package org.dtssync.connectors.capture;

import java.util.List;
import org.dtssync.connectors.fault.SyncException;

/**
 * Reads the source's replication slot and hands over what was committed, in the order of the commits.
 *
 * <p>One object streams once; after a fault create another one.
 */
public interface ChangeSource {

    /**
     * Streams from where the slot is until the calling thread is interrupted or something fails.
     *
     * @param consumer takes the events, in one thread
     * @throws SyncException on any fault, the consumer's own among them
     * @throws InterruptedException if the calling thread is interrupted; the slot's connection is released first, or left to a
     *     thread that does so soon
     */
    void stream(Consumer consumer) throws InterruptedException;

    /** Takes the events of a stream. */
    @FunctionalInterface
    interface Consumer {

        /**
         * Takes the next events. A list may end anywhere in a transaction; where it ends with one, no more waited.
         *
         * @return how many of these events, counted from the first, the slot may be confirmed up to; zero confirms nothing. The last
         *     of them is a {@link TransactionEnd}.
         */
        int accept(List<SourceEvent> events);

        /**
         * Does what is to be done between two lists of events; called again and again, also while none arrive.
         *
         * @param envelopes makes envelopes of rows that are read from tables
         * @throws InterruptedException if the thread is interrupted
         */
        default void between(ReadEnvelopes envelopes) throws InterruptedException {}
    }
}
