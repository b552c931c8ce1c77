package org.dtssync.app.display;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.base.BaseCut;
import org.dtssync.app.rebuild.RebuildListener;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** Prints how a base is taken, and how a database is made from one: a line per step, and every few seconds how far it is. Thread-safe. */
public final class StateProgress implements RebuildListener {

    private static final long PACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final PrintWriter err;
    private long last = System.nanoTime();
    private long lastRows;
    private long rows;
    private long changes;

    /**
     * Creates one.
     *
     * @param err where lines for people go
     */
    public StateProgress(PrintWriter err) {
        this.err = err;
    }

    private void print(String line) {
        err.println(line);
        err.flush();
    }

    @Override
    public synchronized void begun(BaseCut cut, int tables, int kept) {
        print("Reading " + tables + (tables == 1 ? " table" : " tables") + " as of cut " + cut.number() + " at "
                + cut.lsn()
                + cut.commitTimeMicros()
                        .map(micros -> ", committed " + time(micros))
                        .orElse("")
                + (kept == 0 ? "." : "; " + kept + " unchanged since an earlier attempt."));
    }

    private static String time(long micros) {
        return Instant.EPOCH
                .plus(micros, ChronoUnit.MICROS)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }

    @Override
    public synchronized void rows(TableName table, long more, long bytes) {
        rows += more;
        long now = System.nanoTime();
        if (now - last >= PACE_NANOS) {
            double seconds = (now - last) / (double) TimeUnit.SECONDS.toNanos(1);
            print("  " + Amounts.rows(rows) + ", " + Amounts.count((long) ((rows - lastRows) / seconds))
                    + " per second");
            last = now;
            lastRows = rows;
        }
    }

    @Override
    public synchronized void table(TableName table, long count) {
        print("  " + table + ": " + Amounts.rows(count));
    }

    @Override
    public synchronized void moved(TableName table) {
        print("  " + table + " was emptied or rewritten before it could be read; another snapshot follows.");
    }

    @Override
    public synchronized void notRecorded(String why) {
        print("dts-sync status and precheck do not know of this base. " + why);
    }

    @Override
    public synchronized void deleted(Path directory) {
        print("Deleted the base in " + directory + ".");
    }

    @Override
    public synchronized void checking() {
        rows = 0;
        lastRows = 0;
        print("Checking the files.");
    }

    @Override
    public synchronized void step(String what) {
        print("Step: " + what + ".");
    }

    @Override
    public synchronized void applied(Lsn lsn, Optional<Long> commitTimeMicros, long more) {
        changes += more;
        long now = System.nanoTime();
        if (now - last >= PACE_NANOS) {
            print("  as of " + lsn
                    + commitTimeMicros
                            .map(micros -> ", committed " + time(micros))
                            .orElse("") + ", " + Amounts.count(changes) + " changes");
            last = now;
        }
    }
}
