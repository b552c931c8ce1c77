package org.dtssync.app.rebuild;

import java.util.Optional;
import org.dtssync.app.base.BaseListener;
import org.dtssync.connectors.postgres.Lsn;

/** Notified of how a database is made, by several threads: return quickly. */
public interface RebuildListener extends BaseListener {

    /** Ignores everything. */
    RebuildListener NONE = new RebuildListener() {};

    /** A step begins. */
    default void step(String what) {}

    /**
     * Changes were applied.
     *
     * @param lsn up to where
     * @param commitTimeMicros when the last of them committed; empty if it is not known
     * @param changes how many
     */
    default void applied(Lsn lsn, Optional<Long> commitTimeMicros, long changes) {}
}
