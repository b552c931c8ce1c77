package org.dtssync.app.bench;

import java.util.Optional;

/** One way to bring a source's changes to a destination. Each measurement uses a new object. */
interface Contender extends AutoCloseable {

    /** Returns its name in the report. */
    String name();

    /**
     * Brings the destination level with the source and stops reading, so that whatever is written from now on waits.
     */
    void prepare() throws InterruptedException;

    /** Begins to read what waits; returns at once. */
    void start();

    /** Returns the database the changes arrive in; empty for one that throws them away. */
    Optional<Database> destination();

    /** Returns the process that does the work; empty if the servers do it themselves. */
    Optional<Child> process();

    /** Ends it and removes what it left at the source. */
    @Override
    void close();
}
