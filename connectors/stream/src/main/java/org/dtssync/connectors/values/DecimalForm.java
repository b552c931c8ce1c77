package org.dtssync.connectors.values;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * {@code numeric(precision, scale)} as Kafka Connect's decimal.
 *
 * @param precision how many digits it has at most; 0 if unknown
 * @param scale how many of them are fractions
 */
record DecimalForm(int precision, int scale) implements ValueForm {

    static final String PRECISION = "connect.decimal.precision";

    @Override
    public SchemaBuilder schema() {
        return Decimal.builder(scale).parameter(PRECISION, Integer.toString(precision));
    }

    @Override
    public @Nullable Object value(String text) {
        BigDecimal number = VariableDecimalForm.number(text);
        if (number == null || number.scale() == scale) {
            return number;
        }
        // A negative scale rounds to tens, hundreds, ...
        return scale < 0 && number.scale() == 0 ? number.setScale(scale, java.math.RoundingMode.UNNECESSARY) : null;
    }

    /** Not a number: the smallest one that the column cannot have. */
    @Override
    public Object insteadRequired(String text) {
        return new BigDecimal(BigInteger.TEN.pow(precision), scale);
    }

    @Override
    public Object empty() {
        return new BigDecimal(BigInteger.ZERO, scale);
    }

    @Override
    public String text(Object value) {
        return ((BigDecimal) value).toPlainString();
    }
}
