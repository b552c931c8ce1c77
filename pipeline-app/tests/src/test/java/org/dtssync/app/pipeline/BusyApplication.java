package org.dtssync.app.pipeline;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * An application that updates a row of every table and deletes none, again and again, whatever is done to the tables meanwhile. It keeps
 * what PostgreSQL refused it.
 */
final class BusyApplication implements AutoCloseable {

    /** What a session sees that has read the catalog before a command and writes after it; none of it is about replication. */
    private static final Set<String> OF_THE_COMMANDS = Set.of("42P01", "42703", "55000", "3F000", "40P01", "XX000");

    private static final String TABLES = """
            SELECT format('UPDATE %1$s SET %2$I = %2$I WHERE ctid = (SELECT min(ctid) FROM %1$s)', c.oid::regclass, a.attname),
                   format('DELETE FROM %s WHERE ctid = ''(4000000000,1)''', c.oid::regclass)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                          AND attgenerated = '' AND attidentity <> 'a' ORDER BY attnum LIMIT 1) a ON true
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND n.nspname !~ '^(pg_|information_schema|dts_sync)'
              AND c.relname <> 'marker'
            """;

    private final DatabaseSettings database;
    private final String first;
    private final Set<String> refused = new TreeSet<>();
    private final AtomicLong written = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;

    private BusyApplication(DatabaseSettings database, String first) {
        this.database = database;
        this.first = first;
        this.thread = new Thread(this::work, "busy-application");
    }

    /**
     * Starts one.
     *
     * @param first what its session runs first
     */
    static BusyApplication start(DatabaseSettings database, String first) {
        BusyApplication application = new BusyApplication(database, first);
        application.thread.start();
        return application;
    }

    private void work() {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement()) {
            statement.execute(first);
            while (!stopped) {
                for (String sql : statements(statement)) {
                    write(statement, sql);
                }
            }
        } catch (SQLException e) {
            refuse(e);
        }
    }

    private static List<String> statements(Statement statement) throws SQLException {
        List<String> statements = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(TABLES)) {
            while (rows.next()) {
                statements.add(rows.getString(1));
                statements.add(rows.getString(2));
            }
        }
        return statements;
    }

    private void write(Statement statement, String sql) {
        try {
            statement.execute(sql);
            written.incrementAndGet();
        } catch (SQLException e) {
            refuse(e);
        }
    }

    private void refuse(SQLException e) {
        boolean ours = String.valueOf(e.getMessage()).matches("(?s).*(replica identity|publi(c|sh)|dts_sync).*");
        if (ours || !OF_THE_COMMANDS.contains(String.valueOf(e.getSQLState()))) {
            synchronized (refused) {
                refused.add(e.getSQLState() + " " + e.getMessage());
            }
        }
    }

    /** Returns how many statements PostgreSQL has run. */
    long written() {
        return written.get();
    }

    /** Returns what it refused that is not the effect of a command on a session that did not know of it. */
    Set<String> refused() {
        synchronized (refused) {
            return Set.copyOf(refused);
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
    }
}
