package org.dtssync.connectors.capture;

import org.jspecify.annotations.Nullable;

/**
 * One change of one row (or one truncation) as it will be in its topic.
 *
 * @param topic the table's topic
 * @param key the serialized key, null if the table has no key or the change is a truncation
 * @param value the serialized envelope
 * @param unchanged names of the columns that were not sent, in the form of the header; null if all were sent
 * @param oldKey the serialized key the row had before this change gave it another; null otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared and never changed; copies would double the memory of a cut.
record EncodedChange(
        String topic, byte @Nullable [] key, byte[] value, byte @Nullable [] unchanged, byte @Nullable [] oldKey) {

    /** Returns about how many bytes this takes, in memory and in the topic. */
    long size() {
        return 100L + value.length + length(key) + length(unchanged) + length(oldKey);
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
