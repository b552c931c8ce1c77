package org.dtssync.app.verify;

import java.time.Duration;
import java.util.Optional;

/**
 * The progress of a verification.
 *
 * @param rows source rows verified so far
 * @param estimatedRows total source rows, by its statistics
 * @param remaining the remaining time at the speed so far; empty if unknown
 */
public record VerifyAdvance(long rows, long estimatedRows, Optional<Duration> remaining) {

    /**
     * Returns the progress with the remaining time at the speed so far.
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
