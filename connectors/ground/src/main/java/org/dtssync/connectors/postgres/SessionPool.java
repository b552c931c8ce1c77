package org.dtssync.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions that wait for their next short transaction. A login costs both sides more processor time than the transaction: the server
 * starts a process that knows no table yet, and the password is hashed thousands of times.
 *
 * <p>A run owns one and closes it when it ends. Thread-safe; a session is used by one thread at a time.
 */
public final class SessionPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionPool.class);

    /** Idle sessions of one name: as many as parts of a run read or write their state at the same moment. */
    private static final int KEPT = 3;

    /** Longer than the parts of a run pause between two queries. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Map<String, Deque<Idle>> idle = new HashMap<>();
    private boolean closed;

    private record Idle(Connection connection, long sinceNanos) {}

    /** Makes a used session like a new one. */
    @FunctionalInterface
    interface Renewal {

        /**
         * Resets it.
         *
         * @throws SQLException if the session has ended, such as by a successor or a restart of the server
         */
        void renew(Connection connection) throws SQLException;
    }

    /** A session in use: it is closed at the end of its use, unless it is fit to be kept. */
    final class Lent implements AutoCloseable {

        private final String name;
        private final Connection connection;
        private boolean kept;

        private Lent(String name, Connection connection) {
            this.name = name;
            this.connection = connection;
        }

        /** Says that its transaction was committed and nothing is left of it. */
        void keep() {
            kept = true;
        }

        @Override
        public void close() throws SQLException {
            if (!kept || !put(name, connection)) {
                connection.close();
            }
        }
    }

    /** Returns an idle session of a name, renewed; empty if there is none that is still alive. */
    Optional<Connection> take(String name, Renewal renewal) {
        while (true) {
            Optional<Connection> taken = poll(name);
            if (taken.isEmpty()) {
                return taken;
            }
            try {
                renewal.renew(taken.get());
                return taken;
            } catch (SQLException e) {
                LOG.debug("An idle session had ended. name={} reason={}", name, e.getMessage());
                end(taken.get());
            }
        }
    }

    /** Returns a session for one use. */
    Lent lend(String name, Connection connection) {
        return new Lent(name, connection);
    }

    private Optional<Connection> poll(String name) {
        List<Connection> expired;
        Optional<Connection> taken;
        synchronized (this) {
            expired = expired();
            taken = Optional.ofNullable(
                            idle.getOrDefault(name, new ArrayDeque<>()).pollLast())
                    .map(Idle::connection);
        }
        expired.forEach(SessionPool::end);
        return taken;
    }

    private boolean put(String name, Connection connection) {
        List<Connection> expired;
        boolean kept;
        synchronized (this) {
            expired = expired();
            Deque<Idle> same = idle.computeIfAbsent(name, any -> new ArrayDeque<>());
            kept = !closed && same.size() < KEPT;
            if (kept) {
                same.addLast(new Idle(connection, System.nanoTime()));
            }
        }
        expired.forEach(SessionPool::end);
        return kept;
    }

    private List<Connection> expired() {
        List<Connection> expired = new ArrayList<>();
        long now = System.nanoTime();
        for (Deque<Idle> same : idle.values()) {
            while (!same.isEmpty() && now - same.getFirst().sinceNanos() > IDLE_NANOS) {
                expired.add(same.removeFirst().connection());
            }
        }
        return expired;
    }

    private static void end(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("An idle session could not be closed. reason={}", e.getMessage());
        }
    }

    /** Ends the idle sessions; those in use end with their use. */
    @Override
    public void close() {
        List<Connection> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            idle.values().forEach(same -> same.forEach(session -> all.add(session.connection())));
            idle.clear();
        }
        all.forEach(SessionPool::end);
    }
}
