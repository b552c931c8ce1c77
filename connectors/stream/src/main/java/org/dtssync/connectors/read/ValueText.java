package org.dtssync.connectors.read;

import java.util.HexFormat;

/** Turns decoded values into text that PostgreSQL's input functions read back as the same value. Stateless. */
public final class ValueText {

    private ValueText() {}

    /**
     * Returns a value's text.
     *
     * @param value neither null nor {@link TableChange#UNCHANGED}
     */
    public static String of(Object value) {
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        if (value instanceof Boolean bool) {
            return bool ? "t" : "f";
        }
        return value.toString();
    }
}
