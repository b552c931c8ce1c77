package org.dtssync.connectors.capture.debezium;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * The queue between the thread that reads the WAL and the one that writes cuts, in place of Debezium's queue.
 *
 * <p>Debezium's own queue hands over events when a batch is full or the poll interval has passed, and spins for the last millisecond
 * of each interval. This one hands them over as soon as a transaction has ended: its latency is negligible, and it needs
 * no processor time while idle. Bounded by number and by bytes, including the last batch handed over: those events are
 * still held while they are written. Thread-safe. See
 * docs/decisions/0004-less-work-per-event-in-debezium.md.
 */
final class EventQueue {

    /** How long a poll waits for the end of a transaction before it returns the available events, in milliseconds. */
    private static final long LONGEST_POLL_MILLIS = 100;

    /** A batch of this many events indicates that more wait at the source, where one large cut costs less than many small ones. */
    private static final int BUSY_BATCH = 256;

    /** How long a poll waits for half a batch while the source has more: so many steps, in milliseconds. */
    private static final long BUSY_STEP_MILLIS = 5;

    private static final int BUSY_STEPS = 5;

    /** Fewer events in a step come from applications at work, not from a source that has more of them waiting; those wait for nothing. */
    private static final int BUSY_STEP_EVENTS = 32;

    private final int maxBatchSize;
    private final int maxQueueSize;
    private final long maxBytes;

    private final Lock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final Condition hasRoom = lock.newCondition();
    private final Queue<Entry> queue = new ArrayDeque<>();
    private long bytes;

    /** Bytes of the events returned by the last poll: they are in use until the next one. */
    private long bytesInUse;

    /** Whether an event waits for space: it may be larger than the available space. */
    private boolean producerWaits;

    /** How many transactions have ended in the queue. */
    private int ends;

    /** How many events a poll currently waits for, in addition to the end of a transaction. */
    private int wanted;

    private int lastBatchSize;
    private boolean consumerWaits;
    private boolean closed;
    private @Nullable RuntimeException failure;

    private record Entry(SourceRecord event, long bytes, boolean end) {}

    /**
     * Creates an empty queue.
     *
     * @param maxBatchSize how many events one poll returns at most
     * @param maxQueueSize how many events may wait
     * @param maxBytes how many bytes they may take
     */
    EventQueue(int maxBatchSize, int maxQueueSize, long maxBytes) {
        this.maxBatchSize = maxBatchSize;
        this.maxQueueSize = maxQueueSize;
        this.maxBytes = maxBytes;
    }

    /**
     * Adds an event, waiting while the queue is full.
     *
     * @throws InterruptedException if the thread was interrupted or the queue is closed
     */
    void add(SourceRecord event, boolean end) throws InterruptedException {
        add(event, end, RecordSize.of(event));
    }

    /**
     * Adds an event whose size is known, waiting while the queue is full.
     *
     * @throws InterruptedException if the thread was interrupted or the queue is closed
     */
    void add(SourceRecord event, boolean end, long size) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && !hasRoomFor(size)) {
                producerWaits = true;
                signalConsumer();
                hasRoom.await();
            }
            if (closed) {
                throw new InterruptedException("the queue is closed");
            }
            producerWaits = false;
            queue.add(new Entry(event, size, end));
            bytes += size;
            ends += end ? 1 : 0;
            if (isReady()) {
                signalConsumer();
            }
        } finally {
            lock.unlock();
        }
    }

    /** An event larger than the queue passes alone. */
    private boolean hasRoomFor(long size) {
        long held = bytes + bytesInUse;
        return queue.size() < maxQueueSize && (held == 0 || held + size <= maxBytes);
    }

    private boolean isReady() {
        return (ends > 0 && queue.size() >= wanted)
                || queue.size() >= maxBatchSize
                || (producerWaits && !queue.isEmpty());
    }

    private void signalConsumer() {
        if (consumerWaits) {
            consumerWaits = false;
            ready.signal();
        }
    }

    /**
     * Returns the waiting events, up to a batch; empty if none arrived for a while, or once the queue is closed.
     *
     * @throws RuntimeException the reason given to {@link #fail}; events before it may be lost
     * @throws InterruptedException if the thread was interrupted
     */
    List<SourceRecord> poll() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (bytesInUse > 0) {
                bytesInUse = 0;
                hasRoom.signalAll();
            }
            if (lastBatchSize >= BUSY_BATCH) {
                awaitHalfBatch();
            }
            await(0, LONGEST_POLL_MILLIS);
            if (failure != null) {
                throw failure;
            }
            return closed ? List.of() : drain();
        } finally {
            lock.unlock();
        }
    }

    private void awaitHalfBatch() throws InterruptedException {
        int before = queue.size() - BUSY_STEP_EVENTS;
        for (int step = 0; step < BUSY_STEPS && queue.size() - before >= BUSY_STEP_EVENTS; step++) {
            before = queue.size();
            await(maxBatchSize / 2, BUSY_STEP_MILLIS);
        }
    }

    private void await(int events, long millis) throws InterruptedException {
        wanted = events;
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        while (!isReady() && failure == null && !closed && nanos > 0) {
            consumerWaits = true;
            nanos = ready.awaitNanos(nanos);
        }
        consumerWaits = false;
    }

    /** Of large events half of the capacity is returned, so that others can be read meanwhile. */
    private List<SourceRecord> drain() {
        int count = Math.min(queue.size(), maxBatchSize);
        List<SourceRecord> events = new ArrayList<>(count);
        while (events.size() < count && bytesInUse < maxBytes / 2) {
            Entry entry = queue.remove();
            bytes -= entry.bytes();
            bytesInUse += entry.bytes();
            ends -= entry.end() ? 1 : 0;
            events.add(entry.event());
        }
        lastBatchSize = events.size();
        if (!events.isEmpty()) {
            hasRoom.signalAll();
        }
        return events;
    }

    /** Notifies the consumer that no more events will arrive, and why. The first reason counts; a closed queue has none. */
    void fail(RuntimeException reason) {
        lock.lock();
        try {
            if (failure == null && !closed) {
                failure = reason;
                signalConsumer();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waiting; nothing more is added or returned. */
    void close() {
        lock.lock();
        try {
            closed = true;
            hasRoom.signalAll();
            ready.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
