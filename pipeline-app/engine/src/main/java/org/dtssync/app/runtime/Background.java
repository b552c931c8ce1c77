package org.dtssync.app.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.jspecify.annotations.Nullable;

/**
 * The task's background threads: named, owned and joined here. The first one that fails permanently interrupts the
 * main thread, which finds the reason here.
 */
public final class Background implements AutoCloseable {

    private static final long JOIN_MILLIS = 6_000;

    private final Thread main = Thread.currentThread();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<SyncException> fatal;
    private volatile boolean closing;

    public Background() {
        this(new AtomicReference<>());
    }

    private Background(AtomicReference<SyncException> fatal) {
        this.fatal = fatal;
    }

    /** Returns a group of threads that can be stopped separately; a permanent failure of one is reported here too. */
    public Background group() {
        return new Background(fatal);
    }

    /** Starts a part that runs until it is interrupted. */
    public void start(String name, Retry.Action part) {
        Thread thread = new Thread(() -> run(part), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void run(Retry.Action part) {
        try {
            part.run();
        } catch (InterruptedException e) {
            // Only close() interrupts, and it waits for this end.
            Thread.currentThread().interrupt();
        } catch (SyncException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(UnexpectedError.of(Thread.currentThread().getName(), e));
        }
    }

    private void fail(SyncException fault) {
        if (!closing && fatal.compareAndSet(null, fault)) {
            main.interrupt();
        }
    }

    /** Returns the permanent failure of a part, or null. */
    public @Nullable SyncException fatal() {
        return fatal.get();
    }

    /** Throws the permanent failure of a part, if any. */
    public void check() {
        SyncException fault = fatal.get();
        if (fault != null) {
            throw fault;
        }
    }

    /** Interrupts all parts and waits for them; a part in a dead connection is left to end with the process. */
    @Override
    public void close() {
        closing = true;
        threads.forEach(Thread::interrupt);
        long deadline = System.currentTimeMillis() + JOIN_MILLIS;
        for (Thread thread : threads) {
            try {
                thread.join(Math.max(1, deadline - System.currentTimeMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
