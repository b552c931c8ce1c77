package org.dtssync.app.snapshot;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.dtssync.app.state.Chunk;

/**
 * What is left to copy, in the order it should be: tables without a key first, then the largest, small ones last and several
 * in one transaction. Thread-safe; shared by the workers.
 */
final class Agenda {

    private static final int MOST_CHUNKS_AT_ONCE = 64;
    private static final long MOST_BYTES_AT_ONCE = 8L * 1024 * 1024;
    private static final long WAIT_MILLIS = 1000;

    private final Deque<List<Chunk>> waiting = new ArrayDeque<>();
    private int taken;

    Agenda(Collection<Chunk> pending, ChunkSplitter splitter) {
        Comparator<Chunk> order = Comparator.comparing(Chunk::isKeyed)
                .thenComparing(chunk -> chunk.of().estimatedBytes(), Comparator.reverseOrder())
                .thenComparing(Chunk::table)
                .thenComparing(Chunk::number);
        List<Chunk> batch = new ArrayList<>();
        long bytes = 0;
        for (Chunk chunk : pending.stream().sorted(order).toList()) {
            if (!isSmall(chunk, splitter)) {
                waiting.add(List.of(chunk));
                continue;
            }
            long more = chunk.of().estimatedBytes();
            if (batch.size() == MOST_CHUNKS_AT_ONCE || (!batch.isEmpty() && bytes + more > MOST_BYTES_AT_ONCE)) {
                waiting.add(List.copyOf(batch));
                batch.clear();
                bytes = 0;
            }
            batch.add(chunk);
            bytes += more;
        }
        if (!batch.isEmpty()) {
            waiting.add(List.copyOf(batch));
        }
    }

    /**
     * Takes chunks to copy in one transaction, waiting while others may still give some back. Each taking needs one
     * {@link #finished}.
     *
     * @return the chunks, one or several whole small tables; empty if there is nothing left
     */
    synchronized List<Chunk> take() throws InterruptedException {
        while (waiting.isEmpty() && taken > 0) {
            wait(WAIT_MILLIS);
        }
        if (waiting.isEmpty()) {
            return List.of();
        }
        taken++;
        return waiting.removeFirst();
    }

    /** Gives back what was cut off a taken chunk. It comes next, so that tables are finished one after the other. */
    synchronized void give(Chunk rest) {
        waiting.addFirst(List.of(rest));
        notifyAll();
    }

    /** Ends what {@link #take} began. */
    synchronized void finished() {
        taken--;
        notifyAll();
    }

    private static boolean isSmall(Chunk chunk, ChunkSplitter splitter) {
        return chunk.isWholeTable() && !splitter.mayExceedChunk(chunk.of());
    }
}
