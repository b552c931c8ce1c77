package org.dtssync.app.verify;

import org.dtssync.connectors.postgres.Lsn;

/** How verification waits for changes that are under way. Called by one thread at a time. */
@FunctionalInterface
public interface Settling {

    /**
     * Writes a heartbeat at the source now and waits until it is applied at the destination, so that everything
     * committed at the source before the call is there when it returns.
     *
     * @return the heartbeat's LSN
     */
    Lsn awaitApplied() throws InterruptedException;
}
