package org.dtssync.app.snapshot;

import java.util.List;
import java.util.Optional;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.Chunk;
import org.dtssync.app.state.ChunkStore;
import org.dtssync.app.state.CopiedChunk;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies chunks from the agenda until it is empty. Runs in its own thread, which owns the sessions. */
final class Worker {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final Agenda agenda;
    private final Sessions sessions;
    private final ChunkStore store;
    private final ChunkSplitter splitter;
    private final ChunkCopy copy;
    private final CopyRetry retry;
    private final SnapshotListener listener;
    private final SnapshotProgress progress;
    private final TableGuard guard;

    Worker(
            Agenda agenda,
            Sessions sessions,
            ChunkStore store,
            ChunkSplitter splitter,
            CopyRetry retry,
            SnapshotListener listener,
            SnapshotProgress progress,
            ChunkBeginning beginning,
            TableGuard guard,
            RowPace pace) {
        this.agenda = agenda;
        this.sessions = sessions;
        this.store = store;
        this.splitter = splitter;
        this.retry = retry;
        this.listener = listener;
        this.progress = progress;
        this.guard = guard;
        this.copy = new ChunkCopy(
                store,
                listener,
                beginning,
                guard,
                splitter,
                new CopyPipe(End.SOURCE, End.DESTINATION, progress::carried, pace));
    }

    /** Works until nothing is left or until the first permanent fault. */
    void work() throws InterruptedException {
        for (List<Chunk> chunks = agenda.take(); !chunks.isEmpty(); chunks = agenda.take()) {
            try {
                if (chunks.size() == 1) {
                    single(chunks.get(0));
                } else {
                    several(chunks);
                }
            } finally {
                agenda.finished();
            }
        }
    }

    private void single(Chunk taken) throws InterruptedException {
        try {
            copyOne(taken);
        } catch (SyncException fault) {
            if (CopyRetry.isPassing(fault) || !hasChanged(taken.table())) {
                throw fault;
            }
            setAside(taken.table());
        }
    }

    private boolean hasChanged(TableName table) throws InterruptedException {
        return retry.run(
                "Table " + table + " could not be compared with the source", sessions, () -> guard.hasChanged(table));
    }

    private void setAside(TableName table) throws InterruptedException {
        retry.run("Table " + table + " could not be set aside", sessions, () -> {
            store.setAside(
                    sessions.destination(),
                    table,
                    (destination, tables) -> new TableEmptier(destination, End.DESTINATION).empty(tables));
            return table;
        });
        LOG.info("A table changed at the source; it is loaded once the destination has followed that. table={}", table);
    }

    private void copyOne(Chunk taken) throws InterruptedException {
        progress.copying(taken.table());
        Chunk chunk = splitter.mayExceedChunk(taken.of()) ? begin(taken) : taken;
        report(retry.run(
                "Table " + chunk.table() + " could not be copied",
                sessions,
                () -> copy.copy(List.of(chunk), sessions)));
    }

    private Chunk begin(Chunk taken) throws InterruptedException {
        Chunk chunk = retry.run("Table " + taken.table() + " could not be divided into chunks", sessions, () -> {
            Optional<List<String>> bound = splitter.bound(taken, sessions.source());
            return store.begin(sessions.destination(), taken, bound);
        });
        if (taken.isTail() && !chunk.isTail()) {
            agenda.give(chunk.next());
        }
        return chunk;
    }

    /** Small tables share a transaction. After a transient failure they are copied one by one, so that only one of them waits. */
    private void several(List<Chunk> chunks) throws InterruptedException {
        chunks.forEach(chunk -> progress.copying(chunk.table()));
        try {
            report(retry.once(
                    "The tables starting with " + chunks.get(0).table() + " could not be copied",
                    sessions,
                    () -> copy.copy(chunks, sessions)));
        } catch (SyncException fault) {
            if (!CopyRetry.isPassing(fault) && !haveChanged(chunks)) {
                throw fault;
            }
            LOG.warn("The snapshot retries small tables one by one. error={}", fault.what());
            for (Chunk chunk : chunks) {
                single(chunk);
            }
        }
    }

    private boolean haveChanged(List<Chunk> chunks) throws InterruptedException {
        for (Chunk chunk : chunks) {
            if (hasChanged(chunk.table())) {
                return true;
            }
        }
        return false;
    }

    private void report(ChunkStore.Committed committed) {
        for (CopiedChunk copied : committed.chunks()) {
            Chunk chunk = copied.chunk();
            progress.copied(chunk.table(), copied.rows());
            listener.copied(chunk.table(), chunk.number(), copied.rows(), copied.bytes());
        }
        for (ChunkStore.LoadedTable loaded : committed.loaded()) {
            var time = progress.loaded(loaded.table());
            LOG.info(
                    "Table copied. table={} rows={} bytes={} seconds={}.{}",
                    loaded.table(),
                    loaded.rows(),
                    loaded.bytes(),
                    time.toSeconds(),
                    time.toMillisPart() / 100);
            listener.tableCopied(loaded.table(), loaded.rows(), loaded.bytes(), time);
        }
    }
}
