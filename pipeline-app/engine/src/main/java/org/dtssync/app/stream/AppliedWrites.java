package org.dtssync.app.stream;

import java.util.Locale;
import java.util.Map;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.apply.ApplyListener;
import org.dtssync.connectors.apply.ApplyStage;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what the applier has done: to those who wait for a position, and to the run's listener.
 *
 * @param mark the applied position
 * @param listener the run's
 */
record AppliedWrites(AppliedMark mark, StreamListener listener) implements ApplyListener {

    @Override
    public void applied(
            AppliedPosition position, @Nullable Long commitTimeMicros, long changes, Map<TableName, Long> tables) {
        long commitMillis = commitTimeMicros == null ? -1 : commitTimeMicros / 1000;
        mark.reached(position.lsn());
        listener.applied(position.lsn(), commitMillis < 0 ? -1 : System.currentTimeMillis() - commitMillis, changes);
        tables.forEach((table, some) -> listener.tableApplied(table, some, commitMillis));
    }

    @Override
    public void timed(ApplyStage stage, long nanos) {
        listener.timed("apply_" + stage.name().toLowerCase(Locale.ROOT), nanos);
    }
}
