package org.dtssync.app.verify;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Tells the listener how far the comparison is and how long it will take. Used under its caller's lock. */
final class ProgressMeter {

    private final VerifyListener listener;
    private final long estimatedRows;
    private final long known;
    private final long startNanos = System.nanoTime();

    /** Creates one that begins at so many rows, which an earlier attempt found equal. */
    ProgressMeter(VerifyListener listener, List<ComparedTable> tables, long known) {
        this.listener = listener;
        this.known = known;
        this.estimatedRows =
                tables.stream().mapToLong(ComparedTable::estimatedRows).sum();
    }

    void advance(long rows) {
        long elapsedNanos = System.nanoTime() - startNanos;
        Optional<Duration> remaining = rows == known
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(
                        (long) ((double) elapsedNanos / (rows - known) * Math.max(0, estimatedRows - rows))));
        listener.advanced(new VerifyAdvance(rows, estimatedRows, remaining));
    }
}
