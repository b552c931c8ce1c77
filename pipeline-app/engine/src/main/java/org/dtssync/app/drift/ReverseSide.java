package org.dtssync.app.drift;

import org.dtssync.app.runtime.Route;
import org.dtssync.connectors.postgres.End;

/** Which database follows: after a switchover it is the source, and then no table can be loaded. Stateless. */
final class ReverseSide {

    private ReverseSide() {}

    /** Returns whether a direction leads to the task's source. */
    static boolean follows(Route route) {
        return route.destination().role() == End.SOURCE;
    }
}
