package org.dtssync.connectors.fault;

/** The kind of fault, which determines whether a retry can help. */
public enum FaultKind {
    /** The command line or the task file is wrong. Never retried. */
    USAGE(Retry.NEVER),
    /** The precheck found something that would make the task fail or be inexact. Never retried. */
    PRECHECK(Retry.NEVER),
    /** The two databases differ. Never retried. */
    DIFFERENCE(Retry.NEVER),
    /** A server cannot be reached or ended the connection. Retried within {@code retry.connection}. */
    CONNECTION(Retry.CONNECTION),
    /** A transient server error (deadlock, lock timeout, out of memory). Retried within {@code retry.other}. */
    TRANSIENT(Retry.OTHER),
    /** An account lacks a right. Never retried. */
    PERMISSION(Retry.NEVER),
    /**
     * A login was refused, or Kafka refused a right: what a company changes while a task runs. Retried within {@code retry.connection}
     * once the task is under way.
     */
    ACCESS(Retry.CONNECTION),
    /** The shape of a captured table has changed. Never retried. */
    SHAPE_CHANGED(Retry.NEVER),
    /** The replication slot was dropped or invalidated, or is not at the last cut. Never retried. */
    SLOT(Retry.NEVER),
    /** The publication was dropped or changed. Never retried. */
    PUBLICATION(Retry.NEVER),
    /** A topic was deleted, re-created or truncated below the stored position. Never retried. */
    TOPIC(Retry.NEVER),
    /** Another instance of the task has taken over. Never retried. */
    FENCED(Retry.NEVER),
    /** The task was cancelled. Never retried. */
    CANCELLED(Retry.NEVER),
    /** Data that cannot be migrated or that the destination rejects. Never retried. */
    DATA(Retry.NEVER),
    /** A bug in dts-sync. Never retried. */
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
