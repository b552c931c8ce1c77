package org.dtssync.connectors.capture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.dtssync.connectors.postgres.DatabaseConnections;

/**
 * Says whether a snapshot of the source shows every transaction that is in the topics. A commit is streamed a moment before others see
 * it, or long before where it waits for a standby: rows that were read then would stand behind newer changes.
 *
 * <p>Not thread-safe.
 */
final class ShownTransactions {

    /**
     * What an earlier capture may have written and no snapshot shows yet: transactions of this database that have not ended. Those of other
     * databases are in no topic; the load's own, at a destination on the same server, wait for the rows.
     */
    private static final String RUNNING = """
            SELECT l.transactionid::text FROM pg_catalog.pg_locks l
            JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
              AND a.datname = pg_catalog.current_database() AND l.pid <> pg_catalog.pg_backend_pid()
            UNION ALL
            SELECT p.transaction::text FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database()
            """;

    /** More are forgotten: what no snapshot shows yet still runs when the next one is prepared. */
    private static final int MOST = 100_000;

    private final DatabaseConnections source;

    /** The lower 32 bits of transactions that a snapshot has to show. */
    private final Set<Integer> unseen = new HashSet<>();

    private boolean prepared;

    ShownTransactions(DatabaseConnections source) {
        this.source = source;
    }

    /** A transaction arrived. */
    void arrived(long transaction) {
        if (unseen.size() >= MOST) {
            unseen.clear();
            prepared = false;
        }
        unseen.add((int) transaction);
    }

    /** Learns what an earlier capture may have written. Call before the snapshot is taken. */
    void prepare() throws SQLException {
        if (prepared) {
            return;
        }
        try (Connection session = source.open();
                Statement statement = session.createStatement();
                ResultSet rows = statement.executeQuery(RUNNING)) {
            while (rows.next()) {
                unseen.add((int) Long.parseLong(rows.getString(1)));
            }
        }
        prepared = true;
    }

    /** Returns whether the snapshot of a session's transaction shows all of them. */
    boolean areIn(Connection session) throws SQLException {
        if (!shows(session, unseen)) {
            return false;
        }
        unseen.clear();
        return true;
    }

    /**
     * Returns whether the snapshot that a session's next query has shows all these transactions.
     *
     * @param transactions the lower 32 bits of each
     */
    static boolean shows(Connection session, Set<Integer> transactions) throws SQLException {
        String[] snapshot;
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_snapshot()::text")) {
            row.next();
            snapshot = row.getString(1).split(":", -1);
        }
        int next = (int) Long.parseUnsignedLong(snapshot[1]);
        // Identifiers wrap around: of two, the older one is less than half of all behind.
        if (transactions.stream().anyMatch(each -> each - next >= 0)) {
            return false;
        }
        for (String running : snapshot[2].isEmpty() ? new String[0] : snapshot[2].split(",", -1)) {
            if (transactions.contains((int) Long.parseUnsignedLong(running))) {
                return false;
            }
        }
        return true;
    }
}
