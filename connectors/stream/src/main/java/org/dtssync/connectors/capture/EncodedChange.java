package org.dtssync.connectors.capture;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of one row (or one truncation), or the tombstone behind a delete, as it will be in its topic.
 *
 * @param topic the table's topic
 * @param key the serialized key, null if the table has no key or the change is a truncation
 * @param value the serialized envelope; null in a record that follows a delete, so that compaction removes the key
 * @param unchanged names of the columns that were not sent, in the form of the header; null if all were sent
 * @param oldKey the serialized key the row had before this change gave it another; null otherwise
 * @param texts the texts of values that the record cannot hold, usually none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared and never changed; copies would double the memory of a cut.
record EncodedChange(
        String topic,
        byte @Nullable [] key,
        byte @Nullable [] value,
        byte @Nullable [] unchanged,
        byte @Nullable [] oldKey,
        List<ValueText> texts) {

    /** Returns about how many bytes this takes, in memory and in the topic. */
    long size() {
        long size = 100L + length(value) + length(key) + length(unchanged) + length(oldKey);
        for (int i = 0; i < texts.size(); i++) {
            size += texts.get(i).header().length() + texts.get(i).text().length;
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
