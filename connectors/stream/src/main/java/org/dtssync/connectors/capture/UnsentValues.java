package org.dtssync.connectors.capture;

import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;

/** What records have in the place of values that the source did not send, since they did not change. */
@FunctionalInterface
interface UnsentValues {

    /** Placeholders, as Debezium has them. */
    UnsentValues PLACEHOLDERS = (table, envelope, row, key) -> List.of();

    /**
     * Replaces placeholders.
     *
     * @param envelope the change
     * @param row the row after it, as the stream has it
     * @param key the fields of its key; empty if it has none
     * @return the fields whose placeholders were replaced
     */
    List<Field> fill(CapturedTable table, Struct envelope, Struct row, List<Field> key);
}
