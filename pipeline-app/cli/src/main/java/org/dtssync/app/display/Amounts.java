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

    /** Returns text such as {@code 1 row} or {@code 1,200 rows}. */
    static String rows(long count) {
        return count(count) + (count == 1 ? " row" : " rows");
    }

    /** Returns a size in megabytes, a small one in kilobytes. */
    static String size(long bytes) {
        if (bytes < 100_000) {
            return String.format(Locale.ROOT, "%.1f kB", (double) bytes / 1e3);
        }
        return megabytes((double) bytes);
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
