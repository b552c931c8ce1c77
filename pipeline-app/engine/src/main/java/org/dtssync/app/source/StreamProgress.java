package org.dtssync.app.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Tracks the progress of a capture, and, while it records, which tables changed: at a database that only
 * dts-sync may write to there must be none.
 *
 * <p>Thread-safe.
 */
public final class StreamProgress {

    private static final String COMMANDS = "ddl";

    private final TopicNames names;
    private final List<Seen> seen = new ArrayList<>();
    private boolean recording;
    private boolean streaming;
    private Lsn reached = Lsn.ZERO;

    /** Changes of one table in the cut that ends at an LSN. */
    private record Seen(TopicTable table, long changes, Lsn lsn) {}

    public StreamProgress(String task) {
        this.names = new TopicNames(task);
    }

    public synchronized void started() {
        streaming = true;
        notifyAll();
    }

    public synchronized void cutWritten(Cut cut) {
        reached = new Lsn(cut.lsn());
        if (recording) {
            for (Cut.CutPartition part : cut.partitions()) {
                TopicTable table = names.tableOf(part.topic());
                // Commands that change the structure are recorded in one of our tables.
                if (!table.schema().equals(StateMigrations.SCHEMA)
                        || table.table().equals(COMMANDS)) {
                    seen.add(new Seen(table, part.endOffset() - part.firstOffset(), reached));
                }
            }
        }
        notifyAll();
    }

    /** Starts recording. */
    public synchronized void record() {
        recording = true;
    }

    /** Stops recording and deletes the records. */
    public synchronized void forget() {
        recording = false;
        seen.clear();
    }

    /**
     * Returns which tables were changed in cuts that end after a position, how often and up to where; a phrase, empty if none
     * was.
     */
    public synchronized Optional<String> changesAfter(Lsn lsn) {
        Map<String, Seen> tables = new TreeMap<>();
        for (Seen one : seen) {
            if (!lsn.reached(one.lsn())) {
                tables.merge(
                        one.table().schema() + "." + one.table().table(),
                        one,
                        (first, second) -> new Seen(first.table(), first.changes() + second.changes(), second.lsn()));
            }
        }
        return tables.isEmpty()
                ? Optional.empty()
                : Optional.of(tables.entrySet().stream()
                        .map(table -> "table " + table.getKey() + " (changes: "
                                + table.getValue().changes() + ", up to position "
                                + table.getValue().lsn() + ")")
                        .collect(Collectors.joining(", ")));
    }

    /** Waits until the capture streams. */
    public synchronized void awaitStreaming(long limitMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        while (!streaming) {
            wait(left(deadline, "Capture did not start streaming"));
        }
    }

    /** Waits until a cut ends after a position: then everything committed before it is captured. */
    public synchronized void awaitPast(Lsn lsn, long limitMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        while (lsn.reached(reached)) {
            wait(left(deadline, "Capture did not pass position " + lsn));
        }
    }

    private static long left(long deadline, String what) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new SyncException(FaultKind.TRANSIENT, what + " in time.", "See the log for the reason; try again.");
        }
        return left;
    }
}
