package org.dtssync.connectors.values;

import java.util.BitSet;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * {@code bit(length)}: one bit as a boolean, more as bytes, the last bit first; bytes of zeros at the end are left
 * out, as Debezium does.
 *
 * @param length how many bits
 */
record BitForm(int length) implements ValueForm {

    static final String NAME = "io.debezium.data.Bits";

    static final String LENGTH = "length";

    /** Parameter that distinguishes a bit from a boolean. */
    static final String ONE_BIT = "dts.bits";

    @Override
    public SchemaBuilder schema() {
        return length == 1
                ? SchemaBuilder.bool().parameter(ONE_BIT, "1")
                : SchemaBuilder.bytes().name(NAME).version(1).parameter(LENGTH, Integer.toString(length));
    }

    @Override
    public @Nullable Object value(String text) {
        if (text.length() != length) {
            return null;
        }
        if (length == 1) {
            return text.equals("1");
        }
        BitSet bits = new BitSet(length);
        for (int i = 0; i < length; i++) {
            if (text.charAt(length - 1 - i) == '1') {
                bits.set(i);
            }
        }
        return bits.toByteArray();
    }

    @Override
    public Object empty() {
        return length == 1 ? (Object) false : new byte[0];
    }

    @Override
    public String text(Object value) {
        if (value instanceof Boolean bit) {
            return bit ? "1" : "0";
        }
        BitSet bits = BitSet.valueOf(PlainForm.bytes(value));
        StringBuilder text = new StringBuilder(length);
        for (int i = length - 1; i >= 0; i--) {
            text.append(bits.get(i) ? '1' : '0');
        }
        return text.toString();
    }
}
