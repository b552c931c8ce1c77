package org.dtssync.connectors.capture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands rows that a load reads to the capture, which writes them to the topics between two cuts: to whichever capture runs then.
 *
 * <p>Thread-safe.
 */
public final class ReadRequests {

    private static final Logger LOG = LoggerFactory.getLogger(ReadRequests.class);

    /** How long a worker waits if the source did not show yet what is in the topics already. */
    private static final long AGAIN_MILLIS = 50;

    /** After five seconds. */
    private static final int REPORTED_ATTEMPT = 100;

    private final LinkedBlockingQueue<Request> waiting = new LinkedBlockingQueue<>();

    /** Rows of a table, or of a part of it. The capture reads them in a session of the one who asks, who waits meanwhile. */
    public interface Rows {

        /** Returns the table. */
        TableName table();

        /** Returns what to read from, with the condition: what follows {@code FROM}. */
        String from();

        /**
         * Begins the transaction in which they are read, and returns its session. It stays open when the rows are written. It waits hardly
         * for a lock, since all changes wait meanwhile.
         *
         * @throws SyncException if the rows are not to be read
         */
        Connection begin() throws SQLException;

        /** Ends that transaction: it is begun again later. */
        void abandon() throws SQLException;

        /** Waits, in the thread of the one who asks, until nothing holds a lock that reading them needs. */
        void awaitLocks() throws SQLException;
    }

    /**
     * Waits until the rows are in the topics.
     *
     * @throws SyncException if they could not be read or written; some of them may be in the topics then
     * @throws SQLException if a lock was held for too long
     * @throws InterruptedException if this thread was interrupted; nobody uses its session any more
     */
    public void write(Rows rows) throws SQLException, InterruptedException {
        int attempt = 1;
        for (Outcome outcome = ask(rows); outcome != Outcome.WRITTEN; outcome = ask(rows)) {
            if (outcome == Outcome.LOCKED) {
                rows.awaitLocks();
                continue;
            }
            if (attempt == REPORTED_ATTEMPT) {
                LOG.info(
                        "The load waits for transactions at the source that began before this capture, or that wait for a standby."
                                + " table={}",
                        rows.table());
            }
            attempt++;
            Thread.sleep(AGAIN_MILLIS);
        }
    }

    private Outcome ask(Rows rows) throws InterruptedException {
        Request request = new Request(rows);
        waiting.add(request);
        return request.await();
    }

    /** Takes the next request; null if none comes for a while. */
    @Nullable
    Request next(long millis) throws InterruptedException {
        Request request = waiting.poll(millis, TimeUnit.MILLISECONDS);
        while (request != null && !request.take()) {
            request = waiting.poll();
        }
        return request;
    }

    /** What became of a request. */
    enum Outcome {
        /** The rows are in the topics, and their transaction is open. */
        WRITTEN,
        /** The source does not show yet what is in the topics already. */
        NOT_SHOWN,
        /** Something holds a lock that reading them needs. */
        LOCKED
    }

    /** One request, taken once. */
    static final class Request {

        private final Rows rows;
        private final AtomicBoolean taken = new AtomicBoolean();
        private final CompletableFuture<Outcome> written = new CompletableFuture<>();

        Request(Rows rows) {
            this.rows = rows;
        }

        Rows rows() {
            return rows;
        }

        private boolean take() {
            return taken.compareAndSet(false, true);
        }

        /** The rows are in the topics, or have to wait. */
        void answer(Outcome outcome) {
            written.complete(outcome);
        }

        /** They could not be read, or not be written. */
        void fail(Throwable fault) {
            written.completeExceptionally(fault);
        }

        private Outcome await() throws InterruptedException {
            try {
                return written.get();
            } catch (InterruptedException e) {
                if (!take()) {
                    // The capture is using this thread's session, which must not be used by two.
                    written.handle((done, fault) -> true).join();
                }
                throw e;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SyncException fault) {
                    throw fault;
                }
                throw new SyncException(
                        FaultKind.INTERNAL,
                        "The rows of table " + rows.table() + " could not be written to its topic.",
                        "",
                        e.getCause());
            }
        }
    }
}
