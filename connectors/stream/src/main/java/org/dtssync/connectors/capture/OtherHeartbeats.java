package org.dtssync.connectors.capture;

import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.TopicNames;

/**
 * Recognises the heartbeats of other tasks of the same source, which share one table with ours. Their rows began before this task
 * did, so a destination that never got them would miss the row to change.
 *
 * <p>Immutable.
 */
final class OtherHeartbeats {

    private final String task;
    private final String topic;

    OtherHeartbeats(String task) {
        this.task = task;
        this.topic = new TopicNames(task).table(StateMigrations.SCHEMA, "heartbeat");
    }

    /** Returns whether this change is left out. */
    boolean leavesOut(SourceRecord record) {
        return record.topic().equals(topic) && isOther((Struct) record.value());
    }

    private boolean isOther(Struct value) {
        Struct row = value.getStruct("after") == null ? value.getStruct("before") : value.getStruct("after");
        return row != null && !task.equals(row.getString("task"));
    }
}
