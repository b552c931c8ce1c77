package org.dtssync.app.config;

import java.time.Duration;

/**
 * Section {@code retry}: how long faults are retried before the task stops.
 *
 * @param connection faults of a connection
 * @param other other passing faults
 */
public record RetrySettings(Duration connection, Duration other) {}
