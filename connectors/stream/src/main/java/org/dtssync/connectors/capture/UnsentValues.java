package org.dtssync.connectors.capture;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/** What records have in the place of values that the source did not send, since they did not change. */
@FunctionalInterface
interface UnsentValues {

    /** Placeholders, as Debezium has them. */
    UnsentValues PLACEHOLDERS = (table, row, movedFrom, key) -> {};

    /**
     * Replaces placeholders.
     *
     * @param row the row after a change, as the stream has it
     * @param movedFrom the row before it, if its key is another now; otherwise null
     * @param key the fields of its key; empty if it has none
     */
    void fill(CapturedTable table, Struct row, @Nullable Struct movedFrom, List<Field> key);
}
