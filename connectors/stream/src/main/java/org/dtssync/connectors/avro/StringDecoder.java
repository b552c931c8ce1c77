package org.dtssync.connectors.avro;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads text. Many fields hold the same text in record after record (the names of connector, database, schema and table): as long as
 * that is so the last {@code String} is returned again, which saves time and memory. Not thread-safe.
 */
final class StringDecoder extends ValueDecoder {

    private static final int LONGEST_REMEMBERED_BYTES = 128;
    /** After this many changes in a row the field is assumed to vary and is no longer checked. */
    private static final int PATIENCE = 16;

    private byte @Nullable [] lastBytes;
    private @Nullable String last;
    private int changes;

    @Override
    Object decode(AvroInput input) {
        int length = input.readLength();
        if (changes > PATIENCE) {
            return input.readString(length);
        }
        String remembered = last;
        if (remembered != null && lastBytes != null && input.skipIfEqual(lastBytes, length)) {
            changes = 0;
            return remembered;
        }
        changes++;
        String text = input.readString(length);
        if (length <= LONGEST_REMEMBERED_BYTES && changes <= PATIENCE) {
            last = text;
            lastBytes = text.getBytes(StandardCharsets.UTF_8);
        } else {
            last = null;
            lastBytes = null;
        }
        return text;
    }
}
