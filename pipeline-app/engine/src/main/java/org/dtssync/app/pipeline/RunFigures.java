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

/**
 * The figures of a live run, stored with each sign of life for anyone who watches the task from another process. They hold no row
 * values. Thread-safe.
 */
final class RunFigures implements PipelineListener {

    /** A table more would make the row longer than anyone can read; the busiest come first. */
    private static final int LISTED_TABLES = 20;

    private static final double NANOS_PER_SECOND = 1e9;

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

    RunFigures() {
        this(System::nanoTime);
    }

    RunFigures(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.reportedNanos = nanoClock.getAsLong();
    }

    @Override
    public synchronized void entered(Phase entered) {
        phase = entered.label();
        verification = Optional.empty();
    }

    @Override
    public synchronized void snapshotStarted(SnapshotProgress progress) {
        snapshot = Optional.of(progress);
    }

    @Override
    public synchronized void applied(Lsn lsn, long lag, long changes) {
        applied += changes;
        appliedLsn = Optional.of(lsn);
        lagMillis = lag < 0 ? lagMillis : OptionalLong.of(lag);
    }

    @Override
    public synchronized void captured(long changes) {
        captured += changes;
    }

    @Override
    public synchronized void walRetained(long bytes) {
        walRetained = OptionalLong.of(bytes);
    }

    @Override
    public synchronized void retrying(String part, FaultKind kind) {
        retries++;
        lastRetry = Optional.of(new LastRetry(part, kind, Instant.now()));
    }

    @Override
    public synchronized void verifying(VerifyAdvance advance) {
        verification = Optional.of(advance);
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

    private static Long seconds(Optional<Duration> duration) {
        return duration.map(Duration::toSeconds).orElse(null);
    }

    private static Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
