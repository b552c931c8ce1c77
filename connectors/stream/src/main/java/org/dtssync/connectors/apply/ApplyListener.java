package org.dtssync.connectors.apply;

import java.util.Map;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** Notified of an applier's progress in the applier's own thread: return quickly. */
@FunctionalInterface
public interface ApplyListener {

    /**
     * A write is committed.
     *
     * @param position the applied position
     * @param commitTimeMicros when the last applied source transaction committed, microseconds since 1970 UTC; null if unknown
     * @param changes how many changes the write had
     * @param tables how many of them each table had, without those that it does not take any more
     */
    void applied(AppliedPosition position, @Nullable Long commitTimeMicros, long changes, Map<TableName, Long> tables);

    /**
     * A stage of a write has ended.
     *
     * @param nanos how long it took, in nanoseconds
     */
    default void timed(ApplyStage stage, long nanos) {}
}
