package org.dtssync.connectors.read;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Returns a consumer's values unchanged, and ends a poll when it has enough bytes of them.
 *
 * <p>Kafka bounds a fetch by what it takes compressed, and a poll by the number of its records: a few megabytes on the wire may
 * be gigabytes of records, and all of them would come at once. A value that cannot be read ends a poll with what was read before
 * it, and the next poll tries that value again; so this one refuses values for the rest of a poll once there are enough. Kafka's
 * client logs each refusal as an error of {@code org.apache.kafka.clients.consumer.internals.CompletedFetch}, which logs nothing
 * otherwise.
 *
 * <p>Used by the thread that polls.
 */
final class BoundedValues implements Deserializer<byte[]> {

    private final long bytes;
    private long taken;

    /**
     * Creates a deserializer.
     *
     * @param bytes of values that one poll may return; a single value may be larger
     */
    BoundedValues(long bytes) {
        this.bytes = bytes;
    }

    /** Call before each poll. */
    void begin() {
        taken = 0;
    }

    @Override
    public byte @Nullable [] deserialize(String topic, Headers headers, @Nullable ByteBuffer value) {
        if (value == null) {
            return null;
        }
        int size = value.remaining();
        if (taken > 0 && taken + size > bytes) {
            throw new Enough();
        }
        taken += size;
        byte[] copy = new byte[size];
        value.get(value.position(), copy);
        return copy;
    }

    @Override
    public byte[] deserialize(String topic, byte[] value) {
        return value;
    }

    /** Nothing is wrong: the next poll continues here. */
    private static final class Enough extends SerializationException {

        private static final long serialVersionUID = 1L;

        Enough() {
            super("The poll has enough bytes.");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
