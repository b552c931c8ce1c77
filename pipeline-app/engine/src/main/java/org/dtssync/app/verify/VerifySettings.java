package org.dtssync.app.verify;

import java.time.Duration;

/**
 * How a verification is run.
 *
 * @param workers chunks compared at the same time; each uses one session at either end
 * @param rowsPerSecond how many rows of the source all workers together read in a second; 0 for no limit
 * @param chunkRows rows of a chunk, and with that how long a transaction can become
 * @param listedDifferences how many differences are listed for one table; all are counted
 * @param rounds how often rows that keep changing are read again before they are left undecided
 * @param attempts how often a chunk is tried when a server fails for a passing reason
 * @param retryPause how long to wait before the second attempt; doubled for each further one
 */
public record VerifySettings(
        int workers,
        long rowsPerSecond,
        long chunkRows,
        int listedDifferences,
        int rounds,
        int attempts,
        Duration retryPause) {

    private static final long MOST_CHUNK_ROWS = 500_000;
    private static final long LEAST_CHUNK_ROWS = 1_000;

    /** Rejects settings that cannot work. */
    public VerifySettings {
        if (workers < 1 || rowsPerSecond < 0 || chunkRows < 1 || listedDifferences < 0 || rounds < 2 || attempts < 1) {
            throw new IllegalArgumentException(
                    "workers, chunkRows and attempts must be at least 1, rounds at least 2, the others at least 0");
        }
    }

    /**
     * Returns the defaults for a number of workers and a pace.
     *
     * @param rowsPerSecond as above; a chunk has no more rows than are read in a second, so that the load is even
     */
    public static VerifySettings of(int workers, long rowsPerSecond) {
        long chunkRows = rowsPerSecond == 0
                ? MOST_CHUNK_ROWS
                : Math.max(LEAST_CHUNK_ROWS, Math.min(MOST_CHUNK_ROWS, rowsPerSecond));
        return new VerifySettings(workers, rowsPerSecond, chunkRows, 1_000, 10, 6, Duration.ofMillis(500));
    }
}
