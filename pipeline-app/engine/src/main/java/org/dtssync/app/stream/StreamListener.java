package org.dtssync.app.stream;

import org.dtssync.app.runtime.RetryListener;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** Notified of what one direction does, by several threads: return quickly. */
public interface StreamListener extends RetryListener {

    /** A listener that does nothing. */
    StreamListener NONE = new StreamListener() {};

    /**
     * Changes were applied.
     *
     * @param lsn the position applied at the destination
     * @param lagMillis time from the commit of the last of them at the source until now, in milliseconds; -1 if unknown
     * @param changes how many
     */
    default void applied(Lsn lsn, long lagMillis, long changes) {}

    /**
     * Changes of one table were applied.
     *
     * @param changes how many
     * @param commitMillis when the last transaction that was applied with them committed at the source, milliseconds since 1970 UTC;
     *     -1 if unknown
     */
    default void tableApplied(TableName table, long changes, long commitMillis) {}

    /**
     * A cut was written to the topics.
     *
     * @param changes how many it has
     */
    default void captured(long changes) {}

    /**
     * A stage of a cut or of a write has ended.
     *
     * @param stage its name
     * @param nanos how long it took, in nanoseconds
     */
    default void timed(String stage, long nanos) {}

    /** The source retains this much WAL for the slot, in bytes. */
    default void walRetained(long bytes) {}

    @Override
    default void retrying(String part, FaultKind kind) {}

    /** A verification makes progress. */
    default void verifying(VerifyAdvance advance) {}
}
