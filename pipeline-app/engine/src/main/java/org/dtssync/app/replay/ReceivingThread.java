package org.dtssync.app.replay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.dtssync.app.replay.ChangeHistory.Receiver;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.ReceivedChange;
import org.jspecify.annotations.Nullable;

/**
 * Hands changes to a receiver in a thread of its own, in their order: they are decoded and printed while the next ones are fetched. Used by
 * the one thread that reads, which closes it.
 */
final class ReceivingThread implements Receiver, AutoCloseable {

    private static final int BATCH_CHANGES = 1_000;

    private static final long BATCH_BYTES = 1L << 20;

    /** What waits at most, unless a single change is larger. */
    private static final long WAITING_BYTES = 8L << 20;

    private static final int WAITING_BATCHES = 8;

    /** How long an interrupted replay waits for what is being printed, in milliseconds. */
    private static final long END_MILLIS = 2_000;

    private final Receiver receiver;
    private final Thread thread;
    private final Deque<Batch> waiting = new ArrayDeque<>();
    private Batch open = new Batch();
    private long waitingBytes;
    private boolean working;
    private volatile boolean ended;
    private @Nullable Throwable fault;

    /** What is handed over at once. */
    private static final class Batch {

        private final List<Step> steps = new ArrayList<>();
        private long bytes;
    }

    /** One call of the receiver. */
    @FunctionalInterface
    private interface Step {
        void run(Receiver receiver) throws IOException;
    }

    private record Change(ReceivedChange change) implements Step {
        @Override
        public void run(Receiver receiver) throws IOException {
            receiver.accept(change);
        }
    }

    /**
     * Starts the thread.
     *
     * @param receiver is called by that thread alone
     */
    ReceivingThread(Receiver receiver) {
        this.receiver = receiver;
        this.thread = new Thread(this::work, Thread.currentThread().getName() + "-receiving");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void accept(ReceivedChange change) throws IOException {
        open.steps.add(new Change(change));
        open.bytes += change.heldBytes();
        if (open.steps.size() >= BATCH_CHANGES || open.bytes >= BATCH_BYTES) {
            submit();
        }
    }

    @Override
    public void endCut() throws IOException {
        open.steps.add(Receiver::endCut);
        if (open.steps.size() >= BATCH_CHANGES) {
            submit();
        }
    }

    @Override
    public void beginAgain(Lsn lsn) {
        open.steps.add(one -> one.beginAgain(lsn));
    }

    @Override
    public void caughtUp() throws IOException {
        open.steps.add(Receiver::caughtUp);
        submit();
    }

    private void submit() throws IOException {
        Batch batch = open;
        open = new Batch();
        synchronized (waiting) {
            while (fault == null
                    && (waiting.size() >= WAITING_BATCHES
                            || (waitingBytes > 0 && waitingBytes + batch.bytes > WAITING_BYTES))) {
                await();
            }
            requireNone();
            waiting.add(batch);
            waitingBytes += batch.bytes;
            waiting.notifyAll();
        }
    }

    /** Waits until everything was received. */
    void finish() throws IOException {
        submit();
        synchronized (waiting) {
            while (fault == null && (working || !waiting.isEmpty())) {
                await();
            }
            requireNone();
        }
    }

    private void await() throws IOException {
        try {
            waiting.wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Interrupted(e);
        }
    }

    /** The reading thread was interrupted while it waited for the other one. */
    static final class Interrupted extends IOException {

        private static final long serialVersionUID = 1L;

        Interrupted(InterruptedException cause) {
            super("The replay was interrupted", cause);
        }
    }

    private void requireNone() throws IOException {
        Throwable found = fault;
        if (found instanceof IOException unwritten) {
            throw unwritten;
        }
        if (found instanceof UncheckedIOException unwritten) {
            throw unwritten.getCause();
        }
        if (found instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (found instanceof Error error) {
            throw error;
        }
    }

    private void work() {
        while (true) {
            Batch batch = next();
            if (batch == null) {
                return;
            }
            Throwable found = null;
            try {
                for (Step step : batch.steps) {
                    if (ended) {
                        break;
                    }
                    step.run(receiver);
                }
            } catch (IOException | RuntimeException | Error e) {
                found = e;
            }
            synchronized (waiting) {
                working = false;
                waitingBytes -= batch.bytes;
                fault = found;
                waiting.notifyAll();
                if (found != null) {
                    return;
                }
            }
        }
    }

    private @Nullable Batch next() {
        synchronized (waiting) {
            while (waiting.isEmpty() && !ended) {
                try {
                    waiting.wait();
                } catch (InterruptedException e) {
                    return null;
                }
            }
            Batch next = waiting.poll();
            working = next != null;
            return next;
        }
    }

    /** Returns whether it has ended, so that its receiver may be used by another thread. */
    boolean hasEnded() {
        return !thread.isAlive();
    }

    /** Ends the thread; what it has not begun is left. */
    @Override
    public void close() {
        synchronized (waiting) {
            ended = true;
            waiting.clear();
            waiting.notifyAll();
        }
        boolean interrupted = Thread.interrupted();
        try {
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
