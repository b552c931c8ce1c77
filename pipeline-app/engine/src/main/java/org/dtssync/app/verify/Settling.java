package org.dtssync.app.verify;

import org.dtssync.connectors.postgres.Lsn;

/** Waits until changes in flight are applied. Called by one thread at a time. */
@FunctionalInterface
public interface Settling {

    /**
     * Writes a heartbeat at the source now and waits until it is applied at the destination, so that everything
     * committed at the source before the call is applied when it returns.
     *
     * @return the heartbeat's LSN
     */
    Lsn awaitApplied() throws InterruptedException;
}
