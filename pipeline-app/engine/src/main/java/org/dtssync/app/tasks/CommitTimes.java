package org.dtssync.app.tasks;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Writes the commit times of changes, which are the same within a transaction. Not thread-safe. */
final class CommitTimes {

    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private long lastMicros = Long.MIN_VALUE;
    private String lastText = "";

    /** Returns a time as RFC 3339 in UTC. */
    static String text(long micros) {
        return FORMAT.format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    }

    /** Returns the text of a time; null if it is not known. */
    @Nullable
    String of(@Nullable Long micros) {
        if (micros == null) {
            return null;
        }
        if (micros != lastMicros) {
            lastMicros = micros;
            lastText = text(micros);
        }
        return lastText;
    }
}
