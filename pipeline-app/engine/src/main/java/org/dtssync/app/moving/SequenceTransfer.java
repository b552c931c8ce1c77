package org.dtssync.app.moving;

import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.Epoch;

/** Sets the sequences at the database that applications are moved to. */
@FunctionalInterface
public interface SequenceTransfer {

    /**
     * Sets all of them to their values at the other end.
     *
     * @param route the direction that ends
     * @param epoch the right to write to its destination
     * @return how many were set
     */
    int run(Route route, Epoch epoch);
}
