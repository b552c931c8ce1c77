package org.dtssync.app.task;

import org.dtssync.connectors.fault.FaultKind;

/** Notified of each retry, by several threads: return quickly. */
@FunctionalInterface
public interface RetryListener {

    /**
     * A part failed for a reason that may pass, and is tried again.
     *
     * @param part what failed, as in the log
     */
    void retrying(String part, FaultKind kind);
}
