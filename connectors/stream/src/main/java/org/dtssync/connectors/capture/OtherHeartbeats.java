package org.dtssync.connectors.capture;

import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Recognizes the heartbeats of other tasks of the same source, which share one table with ours. Their rows existed before this task
 * did, so a destination that never got them would miss the row to change.
 *
 * <p>Immutable.
 */
final class OtherHeartbeats {

    private final String task;
    private final String topic;

    OtherHeartbeats(TopicNames names) {
        this.task = names.task();
        this.topic = names.table(StateMigrations.SCHEMA, "heartbeat");
    }

    /** Returns whether this change is ignored. */
    boolean leavesOut(RowChange change) {
        return change.topic().equals(topic) && isOther(change.row());
    }

    private boolean isOther(@Nullable Struct row) {
        return row != null && !task.equals(row.getString("task"));
    }
}
