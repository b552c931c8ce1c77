package org.dtssync.app.verify;

import java.time.Duration;
import java.util.Optional;

/**
 * How far a verification is.
 *
 * @param rows rows of the source compared so far
 * @param estimatedRows rows of the source in all, by its statistics
 * @param remaining how long the rest will take at the speed so far; empty while there is nothing to go by
 */
public record VerifyAdvance(long rows, long estimatedRows, Optional<Duration> remaining) {

    /**
     * Returns the advance with the time that is left at the pace so far.
     *
     * @param rows rows that were compared
     * @param estimatedRows rows of all tables
     * @param rowsBefore rows that were compared when the clock started
     * @param elapsedNanos since then
     */
    public static VerifyAdvance atPaceOf(long rows, long estimatedRows, long rowsBefore, long elapsedNanos) {
        long done = rows - rowsBefore;
        if (done <= 0) {
            return new VerifyAdvance(rows, estimatedRows, Optional.empty());
        }
        double nanosEach = (double) elapsedNanos / done;
        Duration remaining = Duration.ofNanos((long) (nanosEach * Math.max(0, estimatedRows - rows)));
        return new VerifyAdvance(rows, estimatedRows, Optional.of(remaining));
    }
}
