package io.debezium.connector.base;

import io.debezium.pipeline.DataChangeEvent;
import io.debezium.pipeline.Sizeable;
import io.debezium.util.LoggingContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes the place of Debezium's class of the same name, between the thread that reads the WAL and the one that writes cuts.
 *
 * <p>Debezium's own hands events over when a batch is full or the poll interval has passed, and spins for the last millisecond
 * of each interval. This one hands them over as soon as a transaction has ended: its latency is next to nothing, and it needs
 * no processor while nothing comes. Bounded by number and by bytes, what was handed over last among them: those events are
 * still held while they are written. Thread-safe. See
 * docs/decisions/0004-less-work-per-event-in-debezium.md.
 *
 * @param <T> the kind of event
 */
public final class ChangeEventQueue<T extends Sizeable> implements ChangeEventQueueMetrics {

    /** How long a poll waits for the end of a transaction before it hands over what is there, in milliseconds. */
    private static final long LONGEST_POLL_MILLIS = 100;

    /** A batch of so many events says that more wait at the source, where a cut of many costs less than many cuts. */
    private static final int BUSY_BATCH = 256;

    /** How long a poll waits for half a batch while the source has more, in milliseconds. */
    private static final long BUSY_POLL_MILLIS = 25;

    /** Debezium's topic of transaction ends ends with it. */
    private static final String TRANSACTION_TOPIC = ".transaction";

    private final int maxBatchSize;
    private final int maxQueueSize;
    private final long maxQueueSizeInBytes;
    private final Supplier<LoggingContext.PreviousContext> loggingContext;

    private final Lock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final Condition hasRoom = lock.newCondition();
    private final Queue<Entry<T>> queue = new ArrayDeque<>();
    private long bytes;

    /** Bytes of what the last poll handed over: until the next one it is in use. */
    private long bytesInUse;

    /** Whether an event waits for room, although there may be some: it is larger than that. */
    private boolean producerWaits;

    /** How many transactions have ended in the queue. */
    private int ends;

    /** How many events a poll waits for at present, beside the end of a transaction. */
    private int wanted;

    private int lastBatchSize;
    private boolean consumerWaits;
    private boolean buffering;
    private T buffered;
    private RuntimeException producerException;

    private record Entry<T>(T event, long bytes, boolean end) {}

    private ChangeEventQueue(Builder<T> builder) {
        this.maxBatchSize = builder.maxBatchSize;
        this.maxQueueSize = builder.maxQueueSize;
        this.maxQueueSizeInBytes = builder.maxQueueSizeInBytes;
        this.loggingContext = builder.loggingContext;
        this.buffering = builder.buffering;
    }

    /**
     * Adds an event, waiting while the queue is full.
     *
     * @throws InterruptedException if the thread was interrupted
     */
    public void enqueue(T event) throws InterruptedException {
        if (event == null) {
            return;
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        T next = buffering ? buffer(event) : event;
        if (next != null) {
            add(next);
        }
    }

    private T buffer(T event) {
        T previous = buffered;
        buffered = event;
        return previous;
    }

    private void add(T event) throws InterruptedException {
        long size = maxQueueSizeInBytes > 0 ? event.objectSize() : 0;
        boolean end = event instanceof DataChangeEvent change
                && change.getRecord() != null
                && change.getRecord().topic().endsWith(TRANSACTION_TOPIC);
        lock.lockInterruptibly();
        try {
            while (!hasRoomFor(size)) {
                producerWaits = true;
                signalConsumer();
                hasRoom.await();
            }
            producerWaits = false;
            queue.add(new Entry<>(event, size, end));
            bytes += size;
            ends += end ? 1 : 0;
            if (isReady()) {
                signalConsumer();
            }
        } finally {
            lock.unlock();
        }
    }

    /** An event larger than all the room there is goes alone. */
    private boolean hasRoomFor(long size) {
        long held = bytes + bytesInUse;
        return queue.size() < maxQueueSize
                && (maxQueueSizeInBytes <= 0 || held == 0 || held + size <= maxQueueSizeInBytes);
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
     * Returns what waits, up to a batch; empty if nothing came for a while.
     *
     * @throws InterruptedException if the thread was interrupted
     */
    public List<T> poll() throws InterruptedException {
        LoggingContext.PreviousContext previous = loggingContext.get();
        lock.lockInterruptibly();
        try {
            if (bytesInUse > 0) {
                bytesInUse = 0;
                hasRoom.signalAll();
            }
            if (lastBatchSize >= BUSY_BATCH) {
                await(maxBatchSize / 2, BUSY_POLL_MILLIS);
            }
            await(0, LONGEST_POLL_MILLIS);
            if (producerException != null) {
                throw producerException;
            }
            return drain();
        } finally {
            lock.unlock();
            previous.restore();
        }
    }

    private void await(int events, long millis) throws InterruptedException {
        wanted = events;
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        while (!isReady() && producerException == null && nanos > 0) {
            consumerWaits = true;
            nanos = ready.awaitNanos(nanos);
        }
        consumerWaits = false;
    }

    /** Of large events half of what fits is handed over, so that others can be read meanwhile. */
    private List<T> drain() {
        int count = Math.min(queue.size(), maxBatchSize);
        List<T> events = new ArrayList<>(count);
        while (events.size() < count && (maxQueueSizeInBytes <= 0 || bytesInUse < maxQueueSizeInBytes / 2)) {
            Entry<T> entry = queue.remove();
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

    /** Tells the consumer that no more events come, and why. */
    public void producerException(RuntimeException exception) {
        lock.lock();
        try {
            producerException = exception;
            signalConsumer();
        } finally {
            lock.unlock();
        }
    }

    /** Adds the event that was held back, changed by a function. */
    public void flushBuffer(Function<T, T> change) throws InterruptedException {
        T event = buffered;
        buffered = null;
        if (event != null) {
            add(change.apply(event));
        }
    }

    /** Stops holding the last event back. */
    public void disableBuffering() {
        buffering = false;
    }

    /** Holds the last event back until the next one or {@link #flushBuffer}. */
    public void enableBuffering() {
        buffering = true;
    }

    /** Returns whether the last event is held back. */
    public boolean isBuffered() {
        return buffering;
    }

    /** Does nothing: the events go with the object. */
    public void close() {}

    @Override
    public int totalCapacity() {
        return maxQueueSize;
    }

    @Override
    public int remainingCapacity() {
        lock.lock();
        try {
            return maxQueueSize - queue.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long maxQueueSizeInBytes() {
        return maxQueueSizeInBytes;
    }

    @Override
    public long currentQueueSizeInBytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a queue together; the names are Debezium's.
     *
     * @param <T> the kind of event
     */
    public static final class Builder<T extends Sizeable> {

        private int maxBatchSize;
        private int maxQueueSize;
        private long maxQueueSizeInBytes;
        private boolean buffering;
        private Supplier<LoggingContext.PreviousContext> loggingContext;

        /** Ignored: a poll ends when a transaction does. */
        public Builder<T> pollInterval(Duration interval) {
            return this;
        }

        /** Sets how many events may wait. */
        public Builder<T> maxQueueSize(int size) {
            this.maxQueueSize = size;
            return this;
        }

        /** Sets how many events one poll returns at most. */
        public Builder<T> maxBatchSize(int size) {
            this.maxBatchSize = size;
            return this;
        }

        /** Sets what prepares a thread's logging. */
        public Builder<T> loggingContextSupplier(Supplier<LoggingContext.PreviousContext> supplier) {
            this.loggingContext = supplier;
            return this;
        }

        /** Sets how many bytes may wait; 0 for any number. */
        public Builder<T> maxQueueSizeInBytes(long size) {
            this.maxQueueSizeInBytes = size;
            return this;
        }

        /** Ignored: events wait in memory. */
        public Builder<T> queueProvider(QueueProvider<T> provider) {
            return this;
        }

        /** Holds the last event back from the start. */
        public Builder<T> buffering() {
            this.buffering = true;
            return this;
        }

        /** Returns the queue. */
        public ChangeEventQueue<T> build() {
            return new ChangeEventQueue<>(this);
        }
    }
}
