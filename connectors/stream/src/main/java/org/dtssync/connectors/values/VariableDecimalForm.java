package org.dtssync.connectors.values;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * {@code numeric} without a precision: each value has its own scale. Debezium removes zeros at the end of the fraction, which here
 * remain.
 *
 * @param made the schema, shared by all values
 */
record VariableDecimalForm(Schema made) implements ValueForm {

    static final String NAME = "io.debezium.data.VariableScaleDecimal";

    private static final String SCALE = "scale";
    private static final String VALUE = "value";

    /** More digits than any {@code numeric} has. */
    private static final int TOO_LARGE = 131_073;

    /** The form of required or optional values: a structure contains its schema. */
    static VariableDecimalForm of(boolean optional) {
        SchemaBuilder builder = builder();
        return new VariableDecimalForm(optional ? builder.optional().build() : builder.build());
    }

    private static SchemaBuilder builder() {
        return SchemaBuilder.struct()
                .name(NAME)
                .version(1)
                .doc("Variable scaled decimal")
                .field(SCALE, Schema.INT32_SCHEMA)
                .field(VALUE, Schema.BYTES_SCHEMA);
    }

    /** So many digits fit in 64 bits. */
    private static final int LONG_DIGITS = 18;

    /** Returns the number of a text; null if it is none. */
    static @Nullable BigDecimal number(String text) {
        char last = text.charAt(text.length() - 1);
        if (last < '0' || last > '9') {
            return null;
        }
        return text.length() <= LONG_DIGITS ? small(text) : new BigDecimal(text);
    }

    /** Most are short, and read at once. */
    private static BigDecimal small(String text) {
        boolean negative = text.charAt(0) == '-';
        int point = text.length();
        long number = 0;
        for (int i = negative ? 1 : 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                number = number * 10 + (c - '0');
            } else if (c == '.' && point == text.length()) {
                point = i;
            } else {
                return new BigDecimal(text);
            }
        }
        int scale = point == text.length() ? 0 : text.length() - 1 - point;
        return BigDecimal.valueOf(negative ? -number : number, scale);
    }

    @Override
    public SchemaBuilder schema() {
        return builder();
    }

    @Override
    public ValueForm in(Schema complete) {
        return new VariableDecimalForm(complete);
    }

    @Override
    public @Nullable Object value(String text) {
        BigDecimal number = number(text);
        return number == null ? null : struct(number);
    }

    private Struct struct(BigDecimal number) {
        return new Struct(made)
                .put(SCALE, number.scale())
                .put(VALUE, number.unscaledValue().toByteArray());
    }

    /** Numbers that no column can have: not a number, and the infinities. */
    @Override
    public Object insteadRequired(String text) {
        return switch (text) {
            case "Infinity" -> struct(new BigDecimal(BigInteger.ONE, -TOO_LARGE));
            case "-Infinity" -> struct(new BigDecimal(BigInteger.ONE.negate(), -TOO_LARGE));
            default -> struct(new BigDecimal(BigInteger.TWO, -TOO_LARGE));
        };
    }

    @Override
    public Object empty() {
        return struct(BigDecimal.ZERO);
    }

    @Override
    public String text(Object value) {
        Struct struct = (Struct) value;
        return new BigDecimal(new BigInteger(PlainForm.bytes(struct.get(VALUE))), struct.getInt32(SCALE))
                .toPlainString();
    }
}
