package org.dtssync.app.moving;

import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.TaskSequences;

/** Finds the sequences of the direction that applications are moved along. */
@FunctionalInterface
public interface SequenceTransfer {

    /**
     * Returns the sequences at both ends.
     *
     * @param route the direction that ends
     */
    TaskSequences of(Route route);
}
