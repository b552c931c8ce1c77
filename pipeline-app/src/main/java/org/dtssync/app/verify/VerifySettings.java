package org.dtssync.app.verify;

import java.time.Duration;

/**
 * How a verification is run.
 *
 * @param workers chunks compared at the same time; each uses one session at either end
 * @param chunkRows rows of a chunk, and with that how long a transaction can become
 * @param listedDifferences how many differences are listed for one table; all are counted
 * @param rounds how often rows that keep changing are read again before they are left undecided
 * @param attempts how often a chunk is tried when a server fails for a passing reason
 * @param retryPause how long to wait before the second attempt; doubled for each further one
 */
public record VerifySettings(
        int workers, long chunkRows, int listedDifferences, int rounds, int attempts, Duration retryPause) {

    /** Rejects settings that cannot work. */
    public VerifySettings {
        if (workers < 1 || chunkRows < 1 || listedDifferences < 0 || rounds < 2 || attempts < 1) {
            throw new IllegalArgumentException(
                    "workers, chunkRows and attempts must be at least 1, rounds at least 2, listedDifferences at least 0");
        }
    }

    /** Returns the defaults for a number of workers. */
    public static VerifySettings withWorkers(int workers) {
        return new VerifySettings(workers, 500_000, 1_000, 10, 6, Duration.ofMillis(500));
    }
}
