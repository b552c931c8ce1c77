package org.dtssync.app.verify;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Tells the listener how far the comparison is and how long it will take. Used under its caller's lock. */
final class ProgressMeter {

    private final VerifyListener listener;
    private final long estimatedRows;
    private final long startNanos = System.nanoTime();

    ProgressMeter(VerifyListener listener, List<ComparedTable> tables) {
        this.listener = listener;
        this.estimatedRows =
                tables.stream().mapToLong(ComparedTable::estimatedRows).sum();
    }

    void advance(long rows) {
        long elapsedNanos = System.nanoTime() - startNanos;
        Optional<Duration> remaining = rows == 0
                ? Optional.empty()
                : Optional.of(
                        Duration.ofNanos((long) ((double) elapsedNanos / rows * Math.max(0, estimatedRows - rows))));
        listener.advanced(new VerifyAdvance(rows, estimatedRows, remaining));
    }
}
