package org.dtssync.app.state;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * The figures of a run at one moment, stored with its sign of life. They hold no row values.
 *
 * @param phase the phase's label; empty before the first
 * @param captured changes captured by this run
 * @param applied changes applied by this run
 * @param capturedPerSecond since the figures before
 * @param appliedPerSecond since the figures before
 * @param appliedLsn the position that the destination has reached, once this run has applied anything
 * @param lagMillis the lag, once it is known
 * @param walRetainedBytes how much WAL the slot retains, once it is known
 * @param heapUsedBytes of the process
 * @param heapMaxBytes of the process
 * @param retries how often a part of this run was started again
 * @param lastRetry the last of them
 * @param snapshot the load, in its phase only
 * @param verification the verification of this phase, if there was one
 */
public record LiveFigures(
        String phase,
        long captured,
        long applied,
        long capturedPerSecond,
        long appliedPerSecond,
        Optional<Lsn> appliedLsn,
        OptionalLong lagMillis,
        OptionalLong walRetainedBytes,
        long heapUsedBytes,
        long heapMaxBytes,
        long retries,
        Optional<LastRetry> lastRetry,
        Optional<Load> snapshot,
        Optional<Verified> verification) {

    /**
     * The last retry of a part.
     *
     * @param part the part's name
     * @param kind what it failed with
     * @param at when
     */
    public record LastRetry(String part, FaultKind kind, Instant at) {}

    /**
     * How far the load is.
     *
     * @param tables selected tables
     * @param tablesDone those loaded
     * @param rows rows committed
     * @param estimatedRows all rows, as the source estimates them
     * @param rowsPerSecond of this run
     * @param bytesPerSecond of this run
     * @param remaining how long it will take, if that can be said
     * @param copying tables being copied
     */
    public record Load(
            int tables,
            long tablesDone,
            long rows,
            long estimatedRows,
            long rowsPerSecond,
            long bytesPerSecond,
            Optional<Duration> remaining,
            List<Copying> copying) {}

    /**
     * A table that is being copied.
     *
     * @param table its name at the source
     * @param rows rows committed
     * @param estimatedRows all rows, as the source estimates them
     * @param bytesPerSecond of this run
     * @param remaining how long it will take, if that can be said
     */
    public record Copying(
            TableName table, long rows, long estimatedRows, long bytesPerSecond, Optional<Duration> remaining) {}

    /**
     * How far a verification is.
     *
     * @param rows rows compared
     * @param estimatedRows all rows, as the source estimates them
     * @param remaining how long it will take, if that can be said
     */
    public record Verified(long rows, long estimatedRows, Optional<Duration> remaining) {}
}
