package org.dtssync.app.replay;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
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
            return isPlain(number) ? text(number) : special(number);
        }
        if (value instanceof Float number) {
            return isPlain(number) ? text(number) : special(number);
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

    private static String text(double number) {
        BigDecimal exact = new BigDecimal(number);
        Neighbors neighbors = new Neighbors(
                exact,
                exact(Math.nextDown(number), exact, -Math.ulp(number)),
                exact(Math.nextUp(number), exact, Math.ulp(number)));
        int enough = Math.abs(number) < Double.MIN_NORMAL ? 1 : DOUBLE_DIGITS;
        return printed(neighbors.shortest(enough), DOUBLE_DIGITS);
    }

    private static String text(float number) {
        BigDecimal exact = new BigDecimal(number);
        Neighbors neighbors = new Neighbors(
                exact,
                exact(Math.nextDown(number), exact, -Math.ulp(number)),
                exact(Math.nextUp(number), exact, Math.ulp(number)));
        int enough = Math.abs(number) < Float.MIN_NORMAL ? 1 : FLOAT_DIGITS;
        return printed(neighbors.shortest(enough), FLOAT_DIGITS);
    }

    /** Next to the largest numbers there is no other. */
    private static BigDecimal exact(double neighbor, BigDecimal number, double step) {
        return Double.isFinite(neighbor) ? new BigDecimal(neighbor) : number.add(new BigDecimal(step));
    }

    /**
     * A number and those next to it.
     *
     * @param number the exact number
     * @param below the next one below
     * @param above the next one above
     */
    private record Neighbors(BigDecimal number, BigDecimal below, BigDecimal above) {

        /**
         * Returns the fewest digits that are closer to this number than to any other, as PostgreSQL's shortest-precise output does.
         *
         * @param enough digits that a shorter text, padded with zeros, would have too
         */
        BigDecimal shortest(int enough) {
            int precision = enough;
            BigDecimal rounded = round(precision);
            while (!isClosest(rounded)) {
                rounded = round(++precision);
            }
            return rounded.stripTrailingZeros();
        }

        private BigDecimal round(int precision) {
            return number.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        }

        /** What lies in the middle could be read as either. */
        private boolean isClosest(BigDecimal rounded) {
            BigDecimal distance = rounded.subtract(number);
            BigDecimal gap = distance.signum() < 0 ? below.subtract(number) : above.subtract(number);
            return distance.add(distance).abs().compareTo(gap.abs()) < 0;
        }
    }

    /** Returns digits in fixed notation, or with an exponent of at least two digits. */
    private static String printed(BigDecimal digits, int fixed) {
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= LEAST_FIXED_EXPONENT && exponent < fixed) {
            return digits.toPlainString();
        }
        String sign = digits.signum() < 0 ? "-" : "";
        String all = digits.unscaledValue().abs().toString();
        String fraction = all.length() > 1 ? "." + all.substring(1) : "";
        String power = String.valueOf(Math.abs(exponent));
        return sign + all.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + (power.length() < 2 ? "0" : "") + power;
    }
}
