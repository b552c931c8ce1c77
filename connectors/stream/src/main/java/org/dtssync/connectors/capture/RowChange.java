package org.dtssync.connectors.capture;

import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * A change of one row, or of a whole table that is truncated.
 *
 * @param topic the topic of the table, as {@link org.dtssync.schemas.TopicNames} names it
 * @param envelope Debezium's envelope: before, after, source, op. The fields of a row are named by the escape of {@link
 *     org.dtssync.schemas.TopicNames}. A schema object stays the same as long as the table's structure does. Values that were not sent
 *     because they did not change are those of {@link Unchanged}.
 * @param move whether this is one half of an update that changed the key
 */
public record RowChange(String topic, Struct envelope, Move move) implements SourceEvent {

    /** An update that changes the primary key comes as two changes in a row. */
    public enum Move {
        /** Anything else. */
        NONE,
        /** The row is deleted under its old key. */
        LEAVES,
        /** The row is inserted under its new key. */
        ARRIVES
    }

    /** Returns the row after the change, or before it where there is none after; null if the table is truncated. */
    @Nullable
    Struct row() {
        Struct after = envelope.getStruct("after");
        return after == null ? envelope.getStruct("before") : after;
    }
}
