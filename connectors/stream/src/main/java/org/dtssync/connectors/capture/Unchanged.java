package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;

/**
 * Stands for a value that was not sent because it did not change. Recognised by identity, never by its characters, since a row
 * may hold the same text. The characters are Debezium's own, which other readers of the topics know.
 */
public final class Unchanged {

    /** In columns that go as text. */
    @SuppressWarnings("StringOperationCanBeSimplified") // A new object is the point.
    public static final String TEXT = new String("__debezium_unavailable_value");

    private static final byte[] BYTES = TEXT.getBytes(StandardCharsets.US_ASCII);

    private Unchanged() {}

    /** Returns the same object each time: it stands for such a value in binary columns. Not to be written to. */
    public static byte[] bytes() {
        return BYTES;
    }

    /** Returns whether a value stands for one that was not sent. */
    public static boolean is(Object value) {
        return value == TEXT || value == BYTES;
    }
}
