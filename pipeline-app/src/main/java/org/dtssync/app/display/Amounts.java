package org.dtssync.app.display;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Writes amounts for people. Stateless. */
final class Amounts {

    private Amounts() {}

    /** Returns a whole percentage from 0 to 100; 0 where nothing is known. */
    static long percent(long done, long all) {
        return all <= 0 ? 0 : Math.min(100, 100 * done / all);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    static String megabytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }

    /** Returns text such as {@code 3 min 20 s left}, or nothing where it is not known. */
    static String left(Optional<Duration> remaining) {
        return remaining.map(Amounts::duration).map(text -> text + " left").orElse("");
    }

    private static String duration(Duration duration) {
        if (duration.toHours() > 0) {
            return duration.toHours() + " h " + duration.toMinutesPart() + " min";
        }
        return duration.toMinutes() > 0
                ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
                : duration.toSeconds() + " s";
    }
}
