package org.dtssync.app.quickstart;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * Measures how far the destination is behind by the real thing: commits a new number in one row at the source every 50 ms, and
 * looks at the destination every 5 ms for the number to be there. One clock, so no clocks are compared.
 *
 * <p>At the same time it looks at something else that a reader of the destination could see go wrong: the sum of all balances,
 * which no transaction of the application changes.
 *
 * <p>Thread-safe.
 */
final class LagProbe implements AutoCloseable {

    private static final long WRITE_MILLIS = 50;
    private static final long LOOK_MILLIS = 5;
    private static final long WAIT_LIMIT_SECONDS = 120;

    /** A number that is at the source, and since when. */
    private record Written(long sequence, long nanos) {}

    private final DatabaseConnections source;
    private final DatabaseConnections destination;
    private final Deque<Written> underWay = new ArrayDeque<>();
    private final List<Duration> samples = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<SyncException> fault = new AtomicReference<>();
    private volatile boolean writing = true;
    private volatile boolean looking = true;
    private volatile boolean sampling;
    private volatile long written;
    private volatile long visible;
    private final AtomicLong sumsSeen = new AtomicLong();

    LagProbe(DatabaseConnections source, DatabaseConnections destination) {
        this.source = source;
        this.destination = destination;
    }

    /** Begins to write and to look. The destination must follow the source by now. */
    void start() {
        begin(this::write, "quickstart-pulse");
        begin(this::look, "quickstart-lag");
    }

    private void begin(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Waits until a number committed after this call is visible at the destination. */
    void awaitVisible() throws InterruptedException {
        // One commit may be under way now; the one after it began later than this call.
        awaitAtLeast(written + 2);
    }

    /** Stops writing, waits until the last number is visible, and stops looking. */
    void finish() throws InterruptedException {
        writing = false;
        threads.get(0).join(Duration.ofSeconds(WAIT_LIMIT_SECONDS).toMillis());
        awaitAtLeast(written);
        sampling = false;
        looking = false;
        threads.get(1).join(Duration.ofSeconds(WAIT_LIMIT_SECONDS).toMillis());
        check();
    }

    private void awaitAtLeast(long sequence) throws InterruptedException {
        long deadline =
                System.nanoTime() + Duration.ofSeconds(WAIT_LIMIT_SECONDS).toNanos();
        while (visible < sequence) {
            check();
            if (System.nanoTime() > deadline) {
                throw new SyncException(
                        FaultKind.INTERNAL,
                        "The destination did not catch up within " + WAIT_LIMIT_SECONDS + " seconds.",
                        "Try again with fewer rows (--rows) on a machine that has less else to do.");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Begins to keep samples. */
    void sample() {
        sampling = true;
    }

    /** Returns the samples, in no certain order. */
    List<Duration> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /** Returns how many times the sum of balances was read at the destination, each time unchanged. */
    long sumsSeen() {
        return sumsSeen.get();
    }

    /** Throws what ended a thread, if anything did. */
    void check() {
        if (fault.get() != null) {
            throw fault.get();
        }
    }

    private void write() {
        try (Connection connection = source.open();
                PreparedStatement statement = connection.prepareStatement("UPDATE shop.pulse SET sequence = ?")) {
            while (writing) {
                long next = written + 1;
                statement.setLong(1, next);
                statement.executeUpdate();
                synchronized (underWay) {
                    underWay.addLast(new Written(next, System.nanoTime()));
                }
                written = next;
                Thread.sleep(WRITE_MILLIS);
            }
        } catch (SQLException e) {
            fault.compareAndSet(null, SqlFaults.explain("The lag could not be measured at the source", e));
        } catch (SyncException e) {
            fault.compareAndSet(null, e);
        } catch (InterruptedException e) {
            // Only close() interrupts.
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try (Connection connection = destination.open();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT (SELECT sequence FROM shop.pulse), (SELECT sum(balance) FROM shop.account)")) {
            String expected = expectedSum();
            while (looking) {
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    see(rows.getLong(1), System.nanoTime());
                    compare(expected, rows.getString(2));
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (SQLException e) {
            fault.compareAndSet(null, SqlFaults.explain("The lag could not be measured at the destination", e));
        } catch (SyncException e) {
            fault.compareAndSet(null, e);
        } catch (InterruptedException e) {
            // Only close() interrupts.
            Thread.currentThread().interrupt();
        }
    }

    private void see(long sequence, long nanos) {
        synchronized (underWay) {
            while (!underWay.isEmpty() && underWay.getFirst().sequence() <= sequence) {
                Written arrived = underWay.removeFirst();
                if (sampling) {
                    synchronized (samples) {
                        samples.add(Duration.ofNanos(nanos - arrived.nanos()));
                    }
                }
            }
        }
        visible = sequence;
    }

    private void compare(String expected, String sum) {
        if (!expected.equals(sum)) {
            throw new SyncException(
                    FaultKind.DIFFERENCE,
                    "A reader of the destination saw half a transaction: the sum of shop.account was " + sum
                            + " and not " + expected + ".",
                    "");
        }
        sumsSeen.incrementAndGet();
    }

    private String expectedSum() throws SQLException {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT sum(balance) FROM shop.account")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Ends both threads wherever they are. */
    @Override
    public void close() {
        writing = false;
        looking = false;
        threads.forEach(Thread::interrupt);
    }
}
