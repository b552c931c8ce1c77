package org.dtssync.app.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.dtssync.app.state.DdlFigures;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.StateSchema;
import org.dtssync.app.tasks.TaskListener;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one run, each with the label {@code task}. Counters count from the start of the process. {@code docs/metrics.md}
 * lists them all. Thread-safe.
 */
final class TaskMetrics implements TaskListener, AutoCloseable {

    /** How many tables have counters of their own; the others share one, since each costs memory here and at Prometheus. */
    static final int TABLES = 200;

    private static final TableName OTHERS = new TableName("", "(others)");

    /** The upper ends of the histogram of each stage. */
    private static final Duration[] STAGE_BOUNDS = IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Map<TableName, TableCounters> tables = new ConcurrentHashMap<>();
    private final Map<String, Timer> stages = new ConcurrentHashMap<>();
    private final Counter captured;
    private final Counter cuts;
    private final Counter applied;
    private final Counter copiedRows;
    private final Counter copiedBytes;
    private final Map<FaultKind, AtomicLong> errorMillis = new EnumMap<>(FaultKind.class);
    private volatile @Nullable Phase phase;
    private volatile double lagSeconds = Double.NaN;
    private volatile double lagBytes = Double.NaN;
    private volatile double baseSeconds = Double.NaN;
    private volatile double retainedBytes = Double.NaN;
    private volatile DdlFigures ddl = DdlFigures.NONE;

    /**
     * Creates the metrics of a task.
     *
     * @param task its name
     * @param walWarningBytes the size of retained WAL that triggers a warning, in bytes
     */
    TaskMetrics(String task, long walWarningBytes) {
        registry.config().commonTags("task", task);
        captured = counter("dts.sync.captured.changes", "Changes written to the topics.");
        cuts = counter("dts.sync.cuts", "Cuts written to the topics.");
        applied = counter("dts.sync.applied.changes", "Changes applied at the destination.");
        copiedRows = counter("dts.sync.snapshot.rows", "Rows copied by the snapshot.");
        copiedBytes = Counter.builder("dts.sync.snapshot")
                .baseUnit("bytes")
                .description("Bytes of COPY text copied by the snapshot.")
                .register(registry);
        gauge("dts.sync.lag", "seconds", "Age of the oldest heartbeat not yet applied.", () -> lagSeconds);
        gauge(
                "dts.sync.lag",
                "bytes",
                "WAL between the source's current end of WAL and the applied position.",
                () -> lagBytes);
        for (DdlCount count : DdlCount.values()) {
            Gauge.builder("dts.sync.ddl.commands", () -> count.of(ddl))
                    .tag("state", count.name().toLowerCase(Locale.ROOT))
                    .description("Commands that changed the structure of the source, by what became of them.")
                    .register(registry);
        }
        gauge(
                "dts.sync.ddl.running",
                "seconds",
                "How long a command that changes the structure has been running at the destination.",
                () -> ddl.runningSeconds());
        gauge(
                "dts.sync.base.reached",
                "seconds",
                "How long the topics still have everything that follows the newest base.",
                () -> baseSeconds);
        gauge("dts.sync.slot.retained.wal", "bytes", "WAL that the source retains for the slot.", () -> retainedBytes);
        gauge("dts.sync.wal.warning", "bytes", "The setting wal.warning.", () -> walWarningBytes);
        Gauge.builder("dts.sync.running", () -> phase == null ? 0 : 1)
                .description("1 while this process runs the task, 0 while it waits as standby.")
                .register(registry);
        Gauge.builder("dts.sync.build.info", () -> 1)
                .tag("version", StateSchema.program())
                .tag("java", Runtime.version().toString())
                .description("The version of dts-sync and of Java.")
                .register(registry);
        bindJava();
        for (Phase one : Phase.values()) {
            Gauge.builder("dts.sync.phase", () -> phase == one ? 1 : 0)
                    .tag("phase", one.label())
                    .description("1 for the current phase of the task.")
                    .register(registry);
        }
        for (FaultKind kind : FaultKind.values()) {
            AtomicLong millis = new AtomicLong();
            errorMillis.put(kind, millis);
            Gauge.builder("dts.sync.last.error.timestamp", () -> millis.get() / 1000.0)
                    .baseUnit("seconds")
                    .tag("kind", label(kind))
                    .description("Unix time of the last retried error of this kind; 0 if there was none.")
                    .register(registry);
        }
    }

    /** The states of commands that have a figure. */
    private enum DdlCount {
        DONE(DdlFigures::done),
        SKIPPED(DdlFigures::skipped),
        FAILED(DdlFigures::failed),
        WAITING(DdlFigures::waiting);

        /** Stateless, which Error Prone cannot see. */
        @SuppressWarnings("ImmutableEnumChecker")
        private final ToLongFunction<DdlFigures> figure;

        DdlCount(ToLongFunction<DdlFigures> figure) {
            this.figure = figure;
        }

        private long of(DdlFigures figures) {
            return figure.applyAsLong(figures);
        }
    }

    /** Takes how far the task is with commands that change the structure. */
    void ddl(DdlFigures figures) {
        ddl = figures;
    }

    private void bindJava() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /**
     * The counters of one table.
     *
     * @param rows rows that the snapshot copied
     * @param bytes bytes of COPY text of it
     * @param applied changes that were applied
     * @param commitMillis when the last of them committed at the source
     */
    private record TableCounters(Counter rows, Counter bytes, Counter applied, AtomicLong commitMillis) {}

    private TableCounters of(TableName table) {
        TableCounters known = tables.get(table);
        if (known != null) {
            return known;
        }
        TableName counted = tables.size() < TABLES ? table : OTHERS;
        return tables.computeIfAbsent(counted, this::register);
    }

    private TableCounters register(TableName table) {
        Tags tags = Tags.of("schema", table.schema(), "table", table.table());
        AtomicLong commitMillis = new AtomicLong();
        Gauge.builder("dts.sync.table.applied.commit.timestamp", () -> commitMillis.get() / 1000.0)
                .baseUnit("seconds")
                .tags(tags)
                .description("When the last applied changes of a table committed at the source; 0 if there were none.")
                .register(registry);
        return new TableCounters(
                Counter.builder("dts.sync.table.snapshot.rows")
                        .tags(tags)
                        .description("Rows of a table copied by the snapshot.")
                        .register(registry),
                Counter.builder("dts.sync.table.snapshot")
                        .baseUnit("bytes")
                        .tags(tags)
                        .description("Bytes of COPY text of a table copied by the snapshot.")
                        .register(registry),
                Counter.builder("dts.sync.table.applied.changes")
                        .tags(tags)
                        .description("Changes of a table applied at the destination.")
                        .register(registry),
                commitMillis);
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private void gauge(String name, String unit, String description, Supplier<Number> value) {
        // Two gauges of the same name would be one meter with two units.
        Gauge.builder(name + "." + unit, value)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    private static String label(FaultKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Sets the lag; NaN if unknown. */
    void lag(double seconds, double bytes) {
        lagSeconds = seconds;
        lagBytes = bytes;
    }

    /** Sets how long the topics still have everything that follows the newest base; NaN if forever, or there is none. */
    void base(double seconds) {
        baseSeconds = seconds;
    }

    /** Returns all metrics in Prometheus text format. */
    String text() {
        return registry.scrape();
    }

    @Override
    public void entered(Phase entered) {
        phase = entered;
    }

    @Override
    public void chunkCopied(TableName table, long rows, long bytes) {
        copiedRows.increment((double) rows);
        copiedBytes.increment((double) bytes);
        TableCounters counters = of(table);
        counters.rows().increment((double) rows);
        counters.bytes().increment((double) bytes);
    }

    @Override
    public void captured(long changes) {
        cuts.increment();
        captured.increment((double) changes);
    }

    @Override
    public void applied(Lsn lsn, long lagMillis, long changes) {
        applied.increment((double) changes);
    }

    @Override
    public void tableApplied(TableName table, long changes, long commitMillis) {
        TableCounters counters = of(table);
        counters.applied().increment((double) changes);
        counters.commitMillis().accumulateAndGet(commitMillis, Math::max);
    }

    @Override
    public void timed(String stage, long nanos) {
        stages.computeIfAbsent(stage, this::stage).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer stage(String name) {
        return Timer.builder("dts.sync.stage")
                .tag("stage", name)
                .serviceLevelObjectives(STAGE_BOUNDS)
                .description("How long each stage of a cut and of a write took.")
                .register(registry);
    }

    @Override
    public void walRetained(long bytes) {
        retainedBytes = bytes;
    }

    @Override
    public void retrying(String part, FaultKind kind) {
        Objects.requireNonNull(errorMillis.get(kind), "There is one for each kind.")
                .set(System.currentTimeMillis());
        Counter.builder("dts.sync.retries")
                .tag("part", part)
                .tag("kind", label(kind))
                .description("Retries after a transient error.")
                .register(registry)
                .increment();
    }

    /** Stops listening to the garbage collector. */
    @Override
    public void close() {
        collections.close();
    }
}
