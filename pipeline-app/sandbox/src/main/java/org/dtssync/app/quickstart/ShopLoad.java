package org.dtssync.app.quickstart;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.SqlFaults;

/**
 * The application: several clients that write to the source from {@link #start} to {@link #stop}, without a break.
 *
 * <p>Thread-safe.
 */
final class ShopLoad implements AutoCloseable {

    private static final int CLIENTS = 4;
    private static final long PAUSE_MILLIS = 10;
    private static final long JOIN_MILLIS = 10_000;

    /** A deadlock, a row that another client removed, a key that another client took: an application tries again. */
    private static final Set<String> EXPECTED = Set.of("40001", "40P01", "23503", "23505", "23P01");

    private final DatabaseConnections source;
    private final List<Thread> clients = new ArrayList<>();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong rollbacks = new AtomicLong();
    private final AtomicReference<SyncException> fault = new AtomicReference<>();
    private volatile boolean stopping;

    /** Creates the clients; none writes yet. */
    ShopLoad(DatabaseConnections source) {
        this.source = source;
        for (int i = 1; i <= CLIENTS; i++) {
            int seed = i;
            Thread client = new Thread(() -> serve(seed), "shop-client-" + i);
            client.setDaemon(true);
            clients.add(client);
        }
    }

    void start() {
        clients.forEach(Thread::start);
    }

    /** Lets every client end its transaction, and returns when all have. */
    void stop() throws InterruptedException {
        stopping = true;
        long deadline = System.currentTimeMillis() + JOIN_MILLIS;
        for (Thread client : clients) {
            client.join(Math.max(1, deadline - System.currentTimeMillis()));
        }
        check();
    }

    /** Throws what ended a client, if anything did. */
    void check() {
        if (fault.get() != null) {
            throw fault.get();
        }
    }

    /** Returns how many transactions committed so far. */
    long commits() {
        return commits.get();
    }

    /** Returns how many transactions were rolled back so far, by intent or by a conflict. */
    long rollbacks() {
        return rollbacks.get();
    }

    private void serve(int seed) {
        Random random = new Random(seed);
        try (Connection connection = source.open()) {
            connection.setAutoCommit(false);
            ShopBusiness business = new ShopBusiness(connection, random);
            while (!stopping) {
                transact(connection, business, ShopBusiness.DEEDS.get(random.nextInt(ShopBusiness.DEEDS.size())));
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (SQLException e) {
            fail(SqlFaults.explain("A client of the sample shop could not go on", e));
        } catch (SyncException e) {
            fail(e);
        } catch (InterruptedException e) {
            // Only close() interrupts.
            Thread.currentThread().interrupt();
        }
    }

    /** What fails because the whole run is being ended is no news. */
    private void fail(SyncException e) {
        if (!stopping) {
            fault.compareAndSet(null, e);
        }
    }

    private void transact(Connection connection, ShopBusiness business, ShopBusiness.Deed deed) throws SQLException {
        try {
            if (deed.perform(business)) {
                connection.commit();
                commits.incrementAndGet();
                return;
            }
        } catch (SQLException e) {
            if (!EXPECTED.contains(e.getSQLState())) {
                throw e;
            }
        }
        connection.rollback();
        rollbacks.incrementAndGet();
    }

    /** Ends the clients wherever they are; does nothing where they are stopped. */
    @Override
    public void close() {
        stopping = true;
        clients.forEach(Thread::interrupt);
    }
}
