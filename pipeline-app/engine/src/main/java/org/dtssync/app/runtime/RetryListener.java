package org.dtssync.app.runtime;

import org.dtssync.connectors.fault.FaultKind;

/** Notified of each retry, by several threads: return quickly. */
@FunctionalInterface
public interface RetryListener {

    /**
     * A part failed with a transient fault, and is retried.
     *
     * @param part what failed, as in the log
     */
    void retrying(String part, FaultKind kind);
}
