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
public record VerifyAdvance(long rows, long estimatedRows, Optional<Duration> remaining) {}
