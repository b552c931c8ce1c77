package org.dtssync.connectors.read;

/** Receives the changes of one table that belong to one cut, in the order in which they were made. */
@FunctionalInterface
public interface ChangeSink {

    /** Receives the next change, in the reading thread. */
    void accept(ReceivedChange change);
}
