package org.dtssync.connectors.fault;

/** What sort of thing went wrong, and with that whether trying again can help. */
public enum FaultKind {
    /** The command line or the task file is wrong. Never retried. */
    USAGE(Retry.NEVER),
    /** The precheck found something that would make the task fail or be inexact. Never retried. */
    PRECHECK(Retry.NEVER),
    /** The two databases differ. Never retried. */
    DIFFERENCE(Retry.NEVER),
    /** A server cannot be reached or ended the connection. Retried within {@code retry.connection}. */
    CONNECTION(Retry.CONNECTION),
    /** A server refused for a passing reason (deadlock, lock timeout, out of memory). Retried within {@code retry.other}. */
    TRANSIENT(Retry.OTHER),
    /** An account lacks a right. Never retried. */
    PERMISSION(Retry.NEVER),
    /** A captured table no longer has the structure it was captured with. Never retried. */
    STRUCTURE_CHANGED(Retry.NEVER),
    /** The replication slot is gone, invalid or elsewhere than the last cut. Never retried. */
    SLOT(Retry.NEVER),
    /** The publication is gone or was changed. Never retried. */
    PUBLICATION(Retry.NEVER),
    /** A topic is gone, was recreated or was truncated below the stored position. Never retried. */
    TOPIC(Retry.NEVER),
    /** Another instance of the task has taken over. Never retried. */
    FENCED(Retry.NEVER),
    /** Somebody gave the task up. Never retried. */
    CANCELLED(Retry.NEVER),
    /** Data that cannot be carried or that the destination refuses. Never retried. */
    DATA(Retry.NEVER),
    /** A mistake in dts-sync itself. Never retried. */
    INTERNAL(Retry.NEVER);

    /** Which retry window of the task file applies. */
    public enum Retry {
        /** Stop at once. */
        NEVER,
        /** {@code retry.connection}. */
        CONNECTION,
        /** {@code retry.other}. */
        OTHER
    }

    private final Retry retry;

    FaultKind(Retry retry) {
        this.retry = retry;
    }

    /** Returns which retry window applies, never null. */
    public Retry retry() {
        return retry;
    }
}
