package org.dtssync.app.replay;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.function.Predicate;
import org.dtssync.connectors.read.ValueText;

/**
 * Writes values as PostgreSQL prints them. The topics have all but a few types as the server's text already; floating-point numbers
 * are the ones that Java prints in another way. Stateless.
 */
final class PostgresText {

    /** The fewest digits that are enough for every number that was written with so many. */
    private static final int FLOAT_DIGITS = 6;

    private static final int DOUBLE_DIGITS = 15;

    /** Smaller exponents are printed. */
    private static final int LEAST_FIXED_EXPONENT = -4;

    private PostgresText() {}

    static String of(Object value) {
        if (value instanceof Double number) {
            int enough = Math.abs(number) < Double.MIN_NORMAL ? 1 : DOUBLE_DIGITS;
            return isPlain(number)
                    ? shortest(new BigDecimal(number), enough, DOUBLE_DIGITS, text -> Double.parseDouble(text) == number)
                    : special(number);
        }
        if (value instanceof Float number) {
            int enough = Math.abs(number) < Float.MIN_NORMAL ? 1 : FLOAT_DIGITS;
            return isPlain(number)
                    ? shortest(new BigDecimal(number), enough, FLOAT_DIGITS, text -> Float.parseFloat(text) == number)
                    : special(number);
        }
        return ValueText.of(value);
    }

    private static boolean isPlain(double number) {
        return Double.isFinite(number) && number != 0;
    }

    private static String special(double number) {
        if (number == 0) {
            return 1 / number < 0 ? "-0" : "0";
        }
        return Double.toString(number);
    }

    /**
     * Returns the fewest digits that are read back as the same number, as PostgreSQL's shortest-precise output does.
     *
     * @param enough digits that a shorter text, padded with zeros, would have too
     * @param digits exponents up to this one are not printed
     */
    private static String shortest(BigDecimal exact, int enough, int digits, Predicate<String> isSame) {
        int precision = enough;
        BigDecimal rounded = round(exact, precision);
        while (!isSame.test(rounded.toString())) {
            rounded = round(exact, ++precision);
        }
        BigDecimal shortest = rounded.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= LEAST_FIXED_EXPONENT && exponent < digits) {
            return shortest.toPlainString();
        }
        String sign = shortest.signum() < 0 ? "-" : "";
        String all = shortest.unscaledValue().abs().toString();
        String fraction = all.length() > 1 ? "." + all.substring(1) : "";
        String power = String.valueOf(Math.abs(exponent));
        return sign + all.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (power.length() < 2 ? "0" : "") + power;
    }

    private static BigDecimal round(BigDecimal exact, int precision) {
        return exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
    }
}
