package org.dtssync.connectors.read;

/** Takes the changes of one table that belong to one cut, in the order in which they were made. */
@FunctionalInterface
public interface ChangeSink {

    /** Takes the next change, in the thread that reads. */
    void accept(ReceivedChange change);
}
