package org.dtssync.app.base;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.base.TableFiles.Written;
import org.dtssync.app.state.FollowedTable;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.dtssync.connectors.postgres.TableName;

/** One snapshot's part of a base: what is not finished yet is read, by several sessions. Used by one thread. */
final class BaseRound {

    private static final int END_SECONDS = 3;

    private final BaseDirectory directory;
    private final String task;
    private final TableFiles files;
    private final CutTopic topic;
    private final BaseCut cut;
    private final BaseListener listener;
    private final List<FinishedTable> finished;

    /** A table that is being read. */
    private static final class Open {
        private final FollowedTable followed;
        private final TableLayout layout;
        private final List<Written> written = new ArrayList<>();
        private int waiting;
        private boolean moved;

        Open(FollowedTable followed, TableLayout layout) {
            this.followed = followed;
            this.layout = layout;
        }
    }

    /**
     * @param finished what is finished so far, exact at this cut; more are added
     */
    BaseRound(
            BaseDirectory directory,
            String task,
            TableFiles files,
            CutTopic topic,
            BaseCut cut,
            BaseListener listener,
            List<FinishedTable> finished) {
        this.directory = directory;
        this.task = task;
        this.files = files;
        this.topic = topic;
        this.cut = cut;
        this.listener = listener;
        this.finished = finished;
    }

    /**
     * Reads tables.
     *
     * @param tables in the order in which they are read
     * @param layouts how
     * @param numbers the number of each in the names of its files
     * @return those that no longer have the rows of the snapshot
     */
    Set<TableName> run(
            List<FollowedTable> tables,
            Map<TableName, TableLayout> layouts,
            Map<TableName, Integer> numbers,
            int workers)
            throws IOException, InterruptedException {
        ExecutorService executor = Executors.newFixedThreadPool(workers, BaseRound::thread);
        try {
            Map<Open, List<Future<Boolean>>> parts = new java.util.LinkedHashMap<>();
            Set<TableName> moved = new HashSet<>();
            for (FollowedTable followed : tables) {
                TableLayout layout = layouts.get(followed.table());
                if (layout == null) {
                    moved.add(followed.table());
                } else {
                    Open open = new Open(followed, layout);
                    parts.put(open, submit(executor, open, numbers));
                }
            }
            for (Map.Entry<Open, List<Future<Boolean>>> each : parts.entrySet()) {
                for (Future<Boolean> part : each.getValue()) {
                    await(part);
                }
                if (each.getKey().moved) {
                    moved.add(each.getKey().layout.table());
                    listener.moved(each.getKey().layout.table());
                }
            }
            return moved;
        } finally {
            end(executor);
        }
    }

    /** The next attempt may use the same names, so no worker may still be writing. */
    private static void end(ExecutorService executor) throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        executor.shutdownNow();
        executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Future<Boolean>> submit(ExecutorService executor, Open open, Map<TableName, Integer> numbers) {
        List<Future<Boolean>> futures = new ArrayList<>();
        List<String> copies = open.layout.copies();
        open.waiting = copies.size();
        TableName table = open.layout.table();
        int number = numbers.getOrDefault(table, 0);
        for (int part = 0; part < copies.size(); part++) {
            String name = BaseDirectory.rowsFile(number, topic.topic(table), part + 1);
            String copy = copies.get(part);
            futures.add(executor.submit(() -> {
                take(open, files.write(open.layout, copy, name));
                return true;
            }));
        }
        return futures;
    }

    private synchronized void take(Open open, Optional<Written> written) throws IOException {
        written.ifPresentOrElse(open.written::add, () -> open.moved = true);
        open.waiting--;
        if (open.waiting > 0 || open.moved) {
            return;
        }
        RowDigest digest = new RowDigest();
        List<BaseFile> all = new ArrayList<>();
        for (Written part : open.written) {
            digest.add(part.rows());
            part.file().ifPresent(all::add);
        }
        all.sort(java.util.Comparator.comparing(BaseFile::name));
        finished.add(new FinishedTable(
                cut,
                new BaseTable(
                        open.layout.table(),
                        open.followed.keyColumns(),
                        open.layout.columns(),
                        open.followed.shape().orElseThrow(),
                        digest.rows(),
                        digest.text(),
                        all)));
        directory.progress(task, finished);
        listener.table(open.layout.table(), digest.rows());
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "dts-sync-base");
        thread.setDaemon(true);
        return thread;
    }

    private static void await(Future<Boolean> part) throws InterruptedException {
        try {
            part.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SyncException fault) {
                throw fault;
            }
            if (e.getCause() instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw UnexpectedError.of("the writing of the base", Objects.requireNonNullElse(e.getCause(), e));
        } catch (CancellationException e) {
            throw new InterruptedException("The base was interrupted");
        }
    }

    /**
     * Returns the tables of an earlier attempt that are exact at this cut too: no later cut touches them, and they are the same. What was
     * taken from an earlier task's topics is of no use.
     */
    static List<FinishedTable> unchanged(
            List<FinishedTable> attempted,
            Snapshot snapshot,
            Map<TableName, TableLayout> layouts,
            CutTopic topic,
            BaseCut cut) {
        Map<BaseCut, Boolean> known = new HashMap<>();
        List<FinishedTable> earlier = attempted.stream()
                .filter(each -> known.computeIfAbsent(each.cut(), topic::has))
                .toList();
        if (earlier.isEmpty()) {
            return new ArrayList<>();
        }
        Map<TableName, FollowedTable> followed = new HashMap<>();
        snapshot.tables().forEach(table -> followed.put(table.table(), table));
        long first =
                earlier.stream().mapToLong(each -> each.cut().offset()).min().orElseThrow();
        Map<TableName, org.dtssync.connectors.postgres.Lsn> touched = topic.touchedBehind(first, cut.offset());
        List<FinishedTable> same = new ArrayList<>();
        for (FinishedTable each : earlier) {
            TableName table = each.table().table();
            FollowedTable now = followed.get(table);
            TableLayout layout = layouts.get(table);
            boolean isSame = now != null
                    && layout != null
                    && now.shape().equals(Optional.of(each.table().shape()))
                    && now.keyColumns().equals(each.table().keyColumns())
                    && layout.columns().equals(each.table().columns())
                    && cut.lsn().reached(each.cut().lsn());
            boolean isUntouched =
                    !touched.containsKey(table) || each.cut().lsn().reached(touched.get(table));
            if (isSame && isUntouched) {
                same.add(new FinishedTable(cut, each.table()));
            }
        }
        return same;
    }
}
