package org.dtssync.app.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads durations ({@code 12h}) and sizes ({@code 10GB}, units of 1,024 as PostgreSQL's). */
final class Quantities {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})(B|kB|KB|MB|GB|TB)?");
    private static final Map<String, ChronoUnit> TIME_UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);
    private static final Map<String, Integer> SIZE_POWERS = Map.of("B", 0, "kB", 1, "KB", 1, "MB", 2, "GB", 3, "TB", 4);

    private Quantities() {}

    /** Returns the duration, or empty if the text is none. */
    static Optional<Duration> duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        return matcher.matches()
                ? Optional.of(Duration.of(Long.parseLong(matcher.group(1)), TIME_UNITS.get(matcher.group(2))))
                : Optional.empty();
    }

    /** Returns the size in bytes, or empty if the text is none or more than a long holds. */
    static Optional<Long> bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int power = matcher.group(2) == null ? 0 : SIZE_POWERS.get(matcher.group(2));
        long factor = 1L << (10 * power);
        long number = Long.parseLong(matcher.group(1));
        return number > Long.MAX_VALUE / factor ? Optional.empty() : Optional.of(number * factor);
    }
}
