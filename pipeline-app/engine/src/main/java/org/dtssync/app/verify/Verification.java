package org.dtssync.app.verify;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.ComparedSlice;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The full comparison of a task's tables: equal means that {@code COPY (SELECT columns FROM table)} prints the same rows at
 * both ends, as a multiset.
 *
 * <p>Both ends sum up the hashes of their rows, slice by slice, each in its own transaction; only where sums differ are
 * keys and hashes fetched, and never values. Without writes the result is exact; under live writes see {@link Confirmation}.
 *
 * <p>Thread-safe: a verification can be run several times, each run with its own threads and sessions.
 */
public final class Verification {

    /** Small tables in one query: few round trips, and a plan that is still cheap to create. */
    private static final int TABLES_A_CHUNK = 50;

    private final EndPair<DatabaseConnections> ends;
    private final VerifySettings settings;
    private final Settling settling;
    private final VerifyListener listener;
    private final SliceMemory memory;
    private final LongSupplier limit;

    /**
     * Creates a verification; does nothing yet.
     *
     * @param source where the rows come from
     * @param destination where they should be
     * @param settings how to run it
     * @param settling how to wait for changes in flight
     * @param listener notified of its progress
     * @param memory its stored progress, in case it is interrupted
     */
    public Verification(
            DatabaseConnections source,
            DatabaseConnections destination,
            VerifySettings settings,
            Settling settling,
            VerifyListener listener,
            SliceMemory memory) {
        this(source, destination, settings, settling, listener, memory, settings::rowsPerSecond);
    }

    /**
     * Creates a verification whose speed can be changed while it runs.
     *
     * @param limit how many source rows all workers together read per second, in place of that of the settings; 0 for no limit
     */
    public Verification(
            DatabaseConnections source,
            DatabaseConnections destination,
            VerifySettings settings,
            Settling settling,
            VerifyListener listener,
            SliceMemory memory,
            LongSupplier limit) {
        this.limit = limit;
        this.ends = new EndPair<>(source, destination);
        this.settings = settings;
        this.settling = settling;
        this.listener = listener;
        this.memory = memory;
    }

    /**
     * Verifies tables, except those that were removed from the task.
     *
     * @param tables the tables with their keys
     * @return the findings
     * @throws InterruptedException if the thread was interrupted; everything it started has ended then
     * @throws org.dtssync.connectors.fault.SyncException if a server failed for longer than the attempts last, or for good
     */
    public VerifyReport verify(List<TableProgress> tables) throws InterruptedException {
        AtomicInteger readerNumber = new AtomicInteger();
        ExecutorService readers = Executors.newCachedThreadPool(
                work -> new Thread(work, "verify-reader-" + readerNumber.incrementAndGet()));
        try {
            return verify(
                    tables.stream()
                            .filter(table -> table.state() != TableState.SKIPPED)
                            .toList(),
                    readers);
        } finally {
            readers.shutdownNow();
        }
    }

    private VerifyReport verify(List<TableProgress> tables, ExecutorService readers) throws InterruptedException {
        SharedSettling shared = new SharedSettling(settling);
        Attempts attempts = new Attempts(settings, new RowPace(limit));
        Lsn lsn = shared.await();
        TablePairs pairs = attempts.run(ends, readers, session -> TablePairs.read(tables, session, settings));
        FoundDifferences findings = pairs.findings();
        List<List<Slice>> chunks = chunks(unknown(pairs.tables(), findings), attempts, readers, findings);
        ProgressMeter meter = new ProgressMeter(listener, pairs.tables(), findings.rows());
        ChunkComparison comparison =
                new ChunkComparison(new Confirmation(shared, settings.rounds()), settings.listedDifferences());
        new Workers(settings.workers()).run(chunks, queue -> {
            try (Session session = attempts.open(ends, readers)) {
                for (List<Slice> chunk = queue.poll(); chunk != null; chunk = queue.poll()) {
                    List<Slice> slices = chunk;
                    FoundDifferences found = attempts.run(session, open -> comparison.compare(slices, open));
                    Failpoint.VERIFY_SLICE_COMPARED.reached();
                    remember(slices, found);
                    Failpoint.VERIFY_SLICE_RECORDED.reached();
                    synchronized (findings) {
                        findings.add(found);
                        meter.advance(findings.rows());
                    }
                }
            }
        });
        return new VerifyReport(lsn, findings.results(), findings.differences());
    }

    private void remember(List<Slice> slices, FoundDifferences found) {
        List<ComparedSlice> equal = new ArrayList<>();
        for (Slice slice : slices) {
            if (found.isEqual(slice.table().name())) {
                equal.add(slice.place().equal(found.rows(slice.table().name())));
            }
        }
        if (!equal.isEmpty()) {
            memory.equal().accept(equal);
        }
    }

    /** The tables except those that an earlier attempt found equal as a whole. */
    private List<ComparedTable> unknown(List<ComparedTable> tables, FoundDifferences findings) {
        List<ComparedTable> unknown = new ArrayList<>();
        for (ComparedTable table : tables) {
            Optional<ComparedSlice> equal = memory.equalWhole(table.name());
            equal.ifPresent(slice -> findings.rows(table.name(), slice.rows().orElseThrow(), 1));
            if (equal.isEmpty()) {
                unknown.add(table);
            }
        }
        return unknown;
    }

    /** The chunks in the order of verification: the longest first, so that no worker is left alone. */
    private List<List<Slice>> chunks(
            List<ComparedTable> tables, Attempts attempts, ExecutorService readers, FoundDifferences findings)
            throws InterruptedException {
        Slicing slicing = new Slicing(settings.chunkRows(), memory);
        ConcurrentLinkedQueue<Slice> large = new ConcurrentLinkedQueue<>();
        List<ComparedTable> toCut =
                tables.stream().filter(table -> !slicing.isSmall(table)).toList();
        new Workers(settings.workers()).run(toCut, queue -> {
            try (Session session = attempts.open(ends, readers)) {
                for (ComparedTable table = queue.poll(); table != null; table = queue.poll()) {
                    ComparedTable cut = table;
                    large.addAll(attempts.run(session, open -> slicing.cut(cut, open)));
                }
            }
        });
        List<List<Slice>> chunks = new ArrayList<>();
        large.stream()
                .filter(slice -> !isKnown(slice, findings))
                .sorted(Comparator.comparingLong(Slice::estimatedRows).reversed())
                .forEach(slice -> chunks.add(List.of(slice)));
        chunks.addAll(batches(
                tables.stream().filter(slicing::isSmall).map(Slice::whole).toList()));
        return chunks;
    }

    private static boolean isKnown(Slice slice, FoundDifferences findings) {
        slice.place().rows().ifPresent(rows -> findings.rows(slice.table().name(), rows, 1));
        return slice.place().rows().isPresent();
    }

    private List<List<Slice>> batches(List<Slice> small) {
        List<List<Slice>> batches = new ArrayList<>();
        List<Slice> batch = new ArrayList<>();
        long rows = 0;
        for (Slice slice : small.stream()
                .sorted(Comparator.comparingLong(Slice::estimatedRows).reversed())
                .toList()) {
            if (!batch.isEmpty()
                    && (rows + slice.estimatedRows() > settings.chunkRows() || batch.size() == TABLES_A_CHUNK)) {
                batches.add(batch);
                batch = new ArrayList<>();
                rows = 0;
            }
            batch.add(slice);
            rows += slice.estimatedRows();
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
