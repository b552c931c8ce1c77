package org.dtssync.connectors.capture.debezium;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Estimates what a record takes in memory. Debezium's own estimate looks every field up by its name and copies every text.
 *
 * <p>Stateless and thread-safe. See docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
final class RecordSize {

    /** The size of a record in addition to the values of its row: maps, structs, the source block. */
    private static final long RECORD_BYTES = 2_000;

    private static final long VALUE_BYTES = 48;

    private static final int LONG_TEXT = 1 << 16;

    private RecordSize() {}

    /** Returns approximately how many bytes a record takes in memory. */
    static long of(SourceRecord record) {
        return RECORD_BYTES + (record.value() instanceof Struct value ? rows(value) : 0);
    }

    /**
     * Returns approximately how many bytes a record takes in memory whose row came in a message of the server.
     *
     * @param message the size of the message
     * @param values how many values it has
     */
    static long of(int message, int values) {
        return RECORD_BYTES + VALUE_BYTES * values + (message > LONG_TEXT ? 2L * message : message);
    }

    /** Only rows have a significant size. */
    private static long rows(Struct envelope) {
        long size = 0;
        List<Field> fields = envelope.schema().fields();
        for (int i = 0; i < fields.size(); i++) {
            if (envelope.get(fields.get(i)) instanceof Struct struct) {
                size += row(struct);
            }
        }
        return size;
    }

    private static long row(Struct row) {
        long size = 0;
        List<Field> fields = row.schema().fields();
        for (int i = 0; i < fields.size(); i++) {
            size += VALUE_BYTES + content(row.get(fields.get(i)));
        }
        return size;
    }

    private static long content(Object value) {
        if (value instanceof String text) {
            // One character beyond Latin 1 makes a text take two bytes per character. Among many megabytes there often
            // is
            // one.
            return text.length() > LONG_TEXT ? 2L * text.length() : text.length();
        }
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        return value instanceof ByteBuffer buffer ? buffer.remaining() : 0;
    }
}
