package org.dtssync.app.moving;

import org.dtssync.app.task.Route;
import org.dtssync.connectors.postgres.Epoch;

/** Opens the stream of the other direction, at rest. */
@FunctionalInterface
public interface StreamOpener {

    /**
     * Opens it.
     *
     * @param epoch the right to write to the destination of that direction
     */
    MovingStream open(Route route, Epoch epoch);
}
