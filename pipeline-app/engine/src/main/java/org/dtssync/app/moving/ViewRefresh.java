package org.dtssync.app.moving;

import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.Epoch;

/** Refreshes materialized views at the database that applications were moved to. */
@FunctionalInterface
public interface ViewRefresh {

    /**
     * Refreshes all of them.
     *
     * @param route the direction that ended
     * @param epoch the right to write to its destination
     */
    void run(Route route, Epoch epoch) throws InterruptedException;
}
