package org.dtssync.app.replay;

import java.io.IOException;

/** Receives changes one by one, in the order in which they were made. */
public interface HistorySink {

    /**
     * Receives the next change, in the reading thread.
     *
     * @throws IOException if whatever it is written to takes no more
     */
    void accept(HistoryChange change) throws IOException;

    /**
     * Receives a command that changed the structure, at its place among the changes; only where commands are asked for.
     *
     * @throws IOException if whatever it is written to takes no more
     */
    default void command(HistoryCommand command) throws IOException {}

    /**
     * Called when no further change has arrived yet: everything received so far is to be visible.
     *
     * @throws IOException if whatever it is written to takes no more
     */
    void flush() throws IOException;
}
