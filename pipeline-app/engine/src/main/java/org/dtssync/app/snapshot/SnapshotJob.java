package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.dtssync.app.catalog.KeyOrder;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SnapshotSettings;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.Chunk;
import org.dtssync.app.state.ChunkStore;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the existing rows of a task's tables (initial load), several chunks in parallel.
 *
 * <p>Before: publication and slot exist, the tables exist at the destination with their key's index only, and are pending in
 * the task's progress. After {@link #run}: every table is copied or set aside, and the task's consistency point is at or past everything that
 * any chunk showed. What makes it resumable is that each chunk's rows and its mark are one transaction; killed at any moment,
 * a new job for the same task resumes. Rules that hold throughout:
 *
 * <ul>
 *   <li>No chunk is read before all transactions have ended that both it and the slot could miss ({@link LowerBound}).
 *   <li>A chunk is read under a lock that was taken before its snapshot ({@link ChunkCopy}).
 *   <li>A chunk is committed only when all it shows is safe on the source's disk ({@link SourceWal}).
 *   <li>Chunks divide the keys, so rows that move between them while they are read break no key ({@link KeyOrder}).
 *   <li>Every transaction at the destination holds the epoch, whose loss ends the job at once.
 * </ul>
 *
 * <p>Used by one thread, which may be interrupted; {@link #progress} may be read by any.
 */
public final class SnapshotJob {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotJob.class);

    private final DatabaseConnections source;
    private final DatabaseConnections destination;
    private final ProgressStore store;
    private final ChunkStore chunks;
    private final SnapshotSettings settings;
    private final RetrySettings retrySettings;
    private final boolean emptyFirst;
    private final SnapshotListener listener;
    private final RowPace pace;
    private final ChunkBeginning beginning;
    private final TableGuard guard;
    private final SnapshotProgress progress = new SnapshotProgress();

    /**
     * Creates a job; nothing is opened yet.
     *
     * @param source the database to read
     * @param destination the database to write
     * @param store the task's progress
     * @param epoch this instance's right to write
     * @param settings how many workers and how large the chunks
     * @param retry how long transient faults are retried
     * @param emptyFirst whether existing rows at the destination are removed before the load, once
     * @param pace how many rows all workers together may copy per second
     * @param beginning begins the transaction of each chunk at the source
     * @param guard recognizes tables that commands have changed, which are set aside
     * @param listener notified of progress
     */
    public SnapshotJob(
            DatabaseConnections source,
            DatabaseConnections destination,
            ProgressStore store,
            Epoch epoch,
            SnapshotSettings settings,
            RetrySettings retry,
            boolean emptyFirst,
            RowPace pace,
            ChunkBeginning beginning,
            TableGuard guard,
            SnapshotListener listener) {
        this.source = source;
        this.destination = destination;
        this.store = store;
        this.chunks = new ChunkStore(store, epoch);
        this.settings = settings;
        this.retrySettings = retry;
        this.emptyFirst = emptyFirst;
        this.pace = pace;
        this.beginning = beginning;
        this.guard = guard;
        this.listener = listener;
    }

    /**
     * Copies everything that is not copied yet and returns when every table is.
     *
     * @throws SyncException of any kind; a transient one only after its retry window. What was committed stays
     * @throws InterruptedException if this thread was interrupted; nothing runs any more then
     */
    public void run() throws InterruptedException {
        CopyRetry retry = new CopyRetry(retrySettings, listener);
        try (Sessions sessions = new Sessions(source, destination)) {
            List<Chunk> pending = plan(retry, sessions);
            Failpoint.SNAPSHOT_PLANNED.reached();
            if (pending.isEmpty()) {
                return;
            }
            new LowerBound(sessions, retry, retrySettings.connection(), listener).await();
            progress.start(store.tables());
            LOG.info("Snapshot starts. chunks={} workers={}", pending.size(), settings.workers());
            while (!pending.isEmpty()) {
                // The workers have their own; one that idles for hours would only be closed by a middlebox.
                sessions.rest();
                copy(pending);
                Failpoint.SNAPSHOT_COPIED.reached();
                pending = settle(retry, sessions);
            }
        }
    }

    /**
     * Resets a table and empties it at the destination, so that the next {@link #run} copies it again.
     * Nothing may be applied to the table meanwhile.
     *
     * @throws SyncException of kind USAGE if the task has no such table, and of others
     * @throws InterruptedException if this thread was interrupted
     */
    public void resnapshot(TableName table) throws InterruptedException {
        try (Sessions sessions = new Sessions(source, destination)) {
            new CopyRetry(retrySettings, listener).run("Table " + table + " could not be reset", sessions, () -> {
                chunks.reset(sessions.destination(), table, SnapshotJob::empty);
                return table;
            });
        }
    }

    /** Returns the job's progress, while it runs and afterwards. */
    public SnapshotProgress progress() {
        return progress;
    }

    private List<Chunk> plan(CopyRetry retry, Sessions sessions) throws InterruptedException {
        return retry.run("The chunks of the snapshot could not be planned", sessions, () -> {
            chunks.plan(sessions.destination(), emptyFirst ? SnapshotJob::empty : ChunkStore.Emptying.NONE);
            chunks.settle(sessions.destination());
            return chunks.pending(sessions.destination());
        });
    }

    private static void empty(Connection destination, List<TableName> tables) throws SQLException {
        new TableEmptier(destination, End.DESTINATION).empty(tables);
    }

    private void copy(List<Chunk> pending) throws InterruptedException {
        ChunkSplitter splitter = new ChunkSplitter(settings.chunkRows());
        Agenda agenda = new Agenda(pending, splitter);
        CopyRetry retry = new CopyRetry(retrySettings, listener);
        WorkerCrew crew = new WorkerCrew(retry);
        for (int i = 0; i < settings.workers(); i++) {
            Sessions owned = new Sessions(source, destination);
            crew.add(
                    new Worker(agenda, owned, chunks, splitter, retry, listener, progress, beginning, guard, pace),
                    owned);
        }
        crew.run();
    }

    /**
     * Makes what was committed durable and checks again what is pending: a destination that crashed meanwhile may have lost its
     * newest commits, which were not waited for.
     */
    private List<Chunk> settle(CopyRetry retry, Sessions sessions) throws InterruptedException {
        return retry.run("The snapshot could not be completed", sessions, () -> {
            chunks.settle(sessions.destination());
            return chunks.pending(sessions.destination());
        });
    }
}
