package org.dtssync.app.snapshot;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.postgres.TableName;

/**
 * The progress and speed of the snapshot. Written by the workers, read by the display. Thread-safe.
 *
 * <p>Rows are those committed. The share done weights tables by their size at the source; the remaining time is computed from the
 * share done in this run, so a resumed run does not count what an earlier one did as its own speed.
 */
public final class SnapshotProgress {

    private final LongSupplier nanoClock;
    private final Map<TableName, Table> tables = new HashMap<>();
    private double totalWeight;
    private double startedWeight;
    private long startedRows;
    private long beganNanos;
    private long carriedBytes;

    /** Creates a view without tables. */
    public SnapshotProgress() {
        this(System::nanoTime);
    }

    SnapshotProgress(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        beganNanos = nanoClock.getAsLong();
    }

    /** Starts over with the recorded tables. */
    synchronized void start(List<TableProgress> recorded) {
        tables.clear();
        for (TableProgress table : recorded) {
            tables.put(table.table(), new Table(table));
        }
        totalWeight = tables.values().stream().mapToDouble(Table::weight).sum();
        startedWeight = doneWeight();
        startedRows = tables.values().stream().mapToLong(table -> table.rows).sum();
        beganNanos = nanoClock.getAsLong();
        carriedBytes = 0;
    }

    /** Counts transferred rows and bytes, whether or not they are committed yet. */
    synchronized void carried(TableName name, long rows, long bytes) {
        carriedBytes += bytes;
        Table table = tables.get(name);
        if (table != null) {
            table.carriedRows += rows;
            table.carriedBytes += bytes;
        }
    }

    /** Records that copying of a table starts, if it is the first time in this run. */
    synchronized void copying(TableName name) {
        Table table = tables.get(name);
        if (table != null && table.beganNanos.isEmpty()) {
            table.beganNanos = Optional.of(nanoClock.getAsLong());
        }
    }

    /** Counts committed rows. */
    synchronized void copied(TableName name, long rows) {
        Table table = tables.get(name);
        if (table != null) {
            table.rows += rows;
        }
    }

    /** Records that a table is complete, and returns how long that took in this run. */
    synchronized Duration loaded(TableName name) {
        Table table = tables.get(name);
        if (table == null) {
            return Duration.ZERO;
        }
        table.whole = true;
        long now = nanoClock.getAsLong();
        return Duration.ofNanos(now - table.beganNanos.orElse(now));
    }

    /** Returns the overall progress and speed. */
    public synchronized Overall overall() {
        long rows = 0;
        long estimated = 0;
        for (Table table : tables.values()) {
            rows += table.rows;
            // Once a table is complete its number of rows is known, whatever the statistics said.
            estimated += table.whole ? table.rows : Math.max(table.rows, table.of.estimatedRows());
        }
        Duration elapsed = Duration.ofNanos(nanoClock.getAsLong() - beganNanos);
        double seconds = elapsed.toNanos() / 1e9;
        return new Overall(
                rows,
                estimated,
                carriedBytes,
                seconds > 0 ? (rows - startedRows) / seconds : 0,
                seconds > 0 ? carriedBytes / seconds : 0,
                remaining(seconds));
    }

    /** Returns each table that is being copied now, the busiest first. */
    public synchronized List<Part> underWay() {
        long now = nanoClock.getAsLong();
        return tables.values().stream()
                .filter(table -> table.beganNanos.isPresent() && !table.whole)
                .map(table -> table.part(now))
                .sorted(Comparator.comparingDouble(Part::bytesPerSecond).reversed())
                .toList();
    }

    /** Returns how many tables are complete. */
    public synchronized long wholeTables() {
        return tables.values().stream().filter(table -> table.whole).count();
    }

    /** Returns how many tables there are. */
    public synchronized int allTables() {
        return tables.size();
    }

    private Optional<Duration> remaining(double seconds) {
        double done = doneWeight();
        double inThisRun = done - startedWeight;
        if (done >= totalWeight) {
            return Optional.of(Duration.ZERO);
        }
        return inThisRun <= 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) (1000 * seconds * (totalWeight - done) / inThisRun)));
    }

    private double doneWeight() {
        return tables.values().stream().mapToDouble(Table::doneWeight).sum();
    }

    /**
     * The snapshot as a whole.
     *
     * @param rows rows committed, in this run and before
     * @param estimatedRows rows there are, by the source's statistics where they are not known yet
     * @param carriedBytes bytes of COPY data transferred in this run
     * @param rowsPerSecond rows committed per second in this run
     * @param bytesPerSecond bytes of COPY data per second in this run
     * @param remaining the estimated remaining time; empty as long as there is nothing to compute it from
     */
    public record Overall(
            long rows,
            long estimatedRows,
            long carriedBytes,
            double rowsPerSecond,
            double bytesPerSecond,
            Optional<Duration> remaining) {}

    /**
     * A table that is being copied.
     *
     * @param table the table
     * @param rows transferred rows, in this run and before, committed or not; repeated ones count again
     * @param estimatedRows rows there are, by the source's statistics; never less than {@code rows}
     * @param bytesPerSecond bytes of COPY data per second in this run
     * @param remaining the estimated remaining time; empty as long as nothing was transferred
     */
    public record Part(
            TableName table, long rows, long estimatedRows, double bytesPerSecond, Optional<Duration> remaining) {}

    /** One table; guarded by the enclosing object. */
    private static final class Table {

        private final TableProgress of;
        private long rows;
        private long carriedRows;
        private long carriedBytes;
        private boolean whole;
        private Optional<Long> beganNanos = Optional.empty();

        Table(TableProgress of) {
            this.of = of;
            rows = of.snapshotRows();
            whole = switch (of.state()) {
                case PENDING, COPYING -> false;
                case COPIED, STREAMING, SKIPPED -> true;
            };
        }

        Part part(long nowNanos) {
            double seconds = Math.max(1e-3, (nowNanos - beganNanos.orElse(nowNanos)) / 1e9);
            long gone = of.snapshotRows() + carriedRows;
            long estimated = Math.max(gone, of.estimatedRows());
            Optional<Duration> remaining = carriedRows == 0
                    ? Optional.empty()
                    : Optional.of(Duration.ofMillis((long) (1_000 * seconds * (estimated - gone) / carriedRows)));
            return new Part(of.table(), gone, estimated, carriedBytes / seconds, remaining);
        }

        /** Never zero: an empty table takes a moment too. */
        double weight() {
            return 8192.0 + of.estimatedBytes();
        }

        double doneWeight() {
            if (whole) {
                return weight();
            }
            // A table that has more rows than estimated must not count as done before it is.
            double share = of.estimatedRows() <= 0 ? 0 : Math.min(0.99, (double) rows / of.estimatedRows());
            return weight() * share;
        }
    }
}
