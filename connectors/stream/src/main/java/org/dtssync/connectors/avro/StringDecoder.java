package org.dtssync.connectors.avro;

import java.nio.charset.StandardCharsets;

/**
 * Reads text. Many fields hold the same text in record after record (the names of connector, database, schema and table): as long as
 * that is so the last {@code String} is given out again, which saves its making and its memory. For one thread at a time.
 */
final class StringDecoder extends ValueDecoder {

    private static final int LONGEST_REMEMBERED_BYTES = 128;
    /** After so many changes in a row the field is taken to hold data and no longer watched. */
    private static final int PATIENCE = 16;

    private byte[] lastBytes;
    private String last;
    private int changes;

    @Override
    Object decode(AvroInput input) {
        int length = input.readLength();
        if (changes > PATIENCE) {
            return input.readString(length);
        }
        if (lastBytes != null && input.skipIfEqual(lastBytes, length)) {
            changes = 0;
            return last;
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
