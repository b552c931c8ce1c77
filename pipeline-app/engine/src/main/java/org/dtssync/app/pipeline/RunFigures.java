package org.dtssync.app.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.dtssync.app.snapshot.SnapshotProgress;
import org.dtssync.app.state.Phase;
import org.dtssync.app.verify.VerifyAdvance;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a live run, stored with each sign of life for anyone who watches the task from another process. They hold no row
 * values. Forwards everything to the run's listener. Thread-safe if that is.
 */
final class RunFigures implements PipelineListener {

    /** A table more would make the row longer than anyone can read; the busiest come first. */
    private static final int LISTED_TABLES = 20;

    private static final double NANOS_PER_SECOND = 1e9;

    private final PipelineListener next;
    private final LongSupplier nanoClock;
    private String phase = "";
    private long captured;
    private long applied;
    private long capturedBefore;
    private long appliedBefore;
    private long reportedNanos;
    private OptionalLong lagMillis = OptionalLong.empty();
    private OptionalLong walRetained = OptionalLong.empty();
    private Optional<Lsn> appliedLsn = Optional.empty();
    private Optional<SnapshotProgress> snapshot = Optional.empty();
    private Optional<VerifyAdvance> verification = Optional.empty();
    private long retries;
    private Optional<LastRetry> lastRetry = Optional.empty();

    /** The last retry of a part. */
    private record LastRetry(String part, FaultKind kind, Instant at) {}

    /**
     * Creates figures of a run that has done nothing yet.
     *
     * @param next notified of the same
     */
    RunFigures(PipelineListener next) {
        this(next, System::nanoTime);
    }

    RunFigures(PipelineListener next, LongSupplier nanoClock) {
        this.next = next;
        this.nanoClock = nanoClock;
        this.reportedNanos = nanoClock.getAsLong();
    }

    @Override
    public void entered(Phase entered) {
        synchronized (this) {
            phase = entered.label();
            verification = Optional.empty();
        }
        next.entered(entered);
    }

    @Override
    public void snapshotStarted(SnapshotProgress progress) {
        synchronized (this) {
            snapshot = Optional.of(progress);
        }
        next.snapshotStarted(progress);
    }

    @Override
    public void applied(Lsn lsn, long lag, long changes) {
        synchronized (this) {
            applied += changes;
            appliedLsn = Optional.of(lsn);
            lagMillis = lag < 0 ? lagMillis : OptionalLong.of(lag);
        }
        next.applied(lsn, lag, changes);
    }

    @Override
    public void captured(long changes) {
        synchronized (this) {
            captured += changes;
        }
        next.captured(changes);
    }

    @Override
    public void walRetained(long bytes) {
        synchronized (this) {
            walRetained = OptionalLong.of(bytes);
        }
        next.walRetained(bytes);
    }

    @Override
    public void retrying(String part, FaultKind kind) {
        synchronized (this) {
            retries++;
            lastRetry = Optional.of(new LastRetry(part, kind, Instant.now()));
        }
        next.retrying(part, kind);
    }

    @Override
    public void verifying(VerifyAdvance advance) {
        synchronized (this) {
            verification = Optional.of(advance);
        }
        next.verifying(advance);
    }

    @Override
    public void tableCopied(TableName table, long rows, long bytes, Duration time) {
        next.tableCopied(table, rows, bytes, time);
    }

    @Override
    public void chunkCopied(TableName table, long rows, long bytes) {
        next.chunkCopied(table, rows, bytes);
    }

    @Override
    public void structureObject(String name, String state, double seconds) {
        next.structureObject(name, state, seconds);
    }

    /** Returns the figures as a JSON object; rates are those since the last call. */
    synchronized String json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        long now = nanoClock.getAsLong();
        double seconds = Math.max(1e-3, (now - reportedNanos) / NANOS_PER_SECOND);
        json.put("phase", phase)
                .put("captured", captured)
                .put("applied", applied)
                .put("captured_per_second", rate(captured - capturedBefore, seconds))
                .put("applied_per_second", rate(applied - appliedBefore, seconds))
                .put("applied_lsn", appliedLsn.map(Lsn::toString).orElse(null))
                .put("lag_ms", boxed(lagMillis))
                .put("wal_retained_bytes", boxed(walRetained));
        Runtime runtime = Runtime.getRuntime();
        json.put("heap_used_bytes", runtime.totalMemory() - runtime.freeMemory())
                .put("heap_max_bytes", runtime.maxMemory())
                .put("retries", retries);
        lastRetry.ifPresent(retry -> json.putObject("last_retry")
                .put("part", retry.part())
                .put("fault", retry.kind().name().toLowerCase(Locale.ROOT))
                .put("at", retry.at().toString()));
        snapshot.filter(progress -> phase.equals(Phase.SNAPSHOT.label()))
                .ifPresent(progress -> put(json.putObject("snapshot"), progress));
        verification.ifPresent(advance -> json.putObject("verification")
                .put("rows", advance.rows())
                .put("estimated_rows", advance.estimatedRows())
                .put("remaining_seconds", seconds(advance.remaining())));
        capturedBefore = captured;
        appliedBefore = applied;
        reportedNanos = now;
        return json.toString();
    }

    private static void put(ObjectNode json, SnapshotProgress progress) {
        SnapshotProgress.Overall overall = progress.overall();
        json.put("tables", progress.allTables())
                .put("tables_done", progress.wholeTables())
                .put("rows", overall.rows())
                .put("estimated_rows", overall.estimatedRows())
                .put("rows_per_second", Math.round(overall.rowsPerSecond()))
                .put("bytes_per_second", Math.round(overall.bytesPerSecond()))
                .put("remaining_seconds", seconds(overall.remaining()));
        ArrayNode copying = json.putArray("copying");
        progress.underWay().stream()
                .limit(LISTED_TABLES)
                .forEach(table -> copying.addObject()
                        .put("schema", table.table().schema())
                        .put("table", table.table().table())
                        .put("rows", table.rows())
                        .put("estimated_rows", table.estimatedRows())
                        .put("bytes_per_second", Math.round(table.bytesPerSecond()))
                        .put("remaining_seconds", seconds(table.remaining())));
    }

    private static long rate(long count, double seconds) {
        return Math.round(count / seconds);
    }

    private static @Nullable Long seconds(Optional<Duration> duration) {
        return duration.map(Duration::toSeconds).orElse(null);
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
