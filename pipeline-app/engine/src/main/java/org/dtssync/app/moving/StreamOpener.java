package org.dtssync.app.moving;

import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.Epoch;

/** Opens the stream of the opposite direction, without starting it. */
@FunctionalInterface
public interface StreamOpener {

    /**
     * Opens it.
     *
     * @param epoch the right to write to the destination of that direction
     */
    MovingStream open(Route route, Epoch epoch);
}
