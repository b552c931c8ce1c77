package org.dtssync.app.moving;

import org.dtssync.app.task.Route;
import org.dtssync.connectors.postgres.Fence;

/** Refreshes materialized views at the database that applications were moved to. */
@FunctionalInterface
public interface ViewRefresh {

    /**
     * Refreshes all of them.
     *
     * @param route the direction that ended
     * @param fence the right to write to its destination
     */
    void run(Route route, Fence fence) throws InterruptedException;
}
