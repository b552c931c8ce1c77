package org.dtssync.app.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write through a pooler without a break, each over one connection, each transaction under an id of its own. Every
 * value that a sequence gives is unique in its table, so that a sequence which gives one twice is an error of a client's.
 */
public final class PooledShop implements AutoCloseable {

    private static final String STRUCTURE = """
            CREATE SEQUENCE public.down INCREMENT -3 MINVALUE -100000000 MAXVALUE -1 START -1;
            CREATE SEQUENCE public.round MINVALUE 1 MAXVALUE 1000000 CYCLE CACHE 5;
            CREATE TABLE public.purchase (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client_id text NOT NULL UNIQUE,
                ticket serial UNIQUE, down int NOT NULL DEFAULT nextval('public.down') UNIQUE,
                round int NOT NULL DEFAULT nextval('public.round') UNIQUE);
            CREATE TABLE public.stock (article int PRIMARY KEY, sold bigint NOT NULL);
            INSERT INTO public.stock SELECT i, 0 FROM generate_series(1, 50) i;
            GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO %1$s;
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %1$s;
            """;

    private static final String EVERYTHING = """
            SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t.id)), '')
                   || (SELECT md5(string_agg(s::text, ',' ORDER BY s.article)) FROM public.stock s)
            FROM public.purchase t
            """;

    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<Exception> errors = new ConcurrentLinkedQueue<>();
    private final AtomicLong longestNanos = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();

    /** Makes the tables, which a role may write to. */
    public static void create(DatabaseSettings database, String role) throws SQLException {
        execute(database, STRUCTURE.formatted(role));
    }

    /** Executes statements as the superuser, whatever fence there is. */
    public static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute("SET default_transaction_read_only = off");
            statement.execute(sql);
        }
    }

    /** Returns the first value of the first row, or null. */
    public static @Nullable String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    private static Connection connect(DatabaseSettings database) throws SQLException {
        String password = database.password() == null ? "unused" : database.password();
        return DriverManager.getConnection(database.url(), database.user(), password);
    }

    /** Returns a digest of every row. */
    public static @Nullable String everything(DatabaseSettings database) throws SQLException {
        return query(database, EVERYTHING);
    }

    /**
     * Opens the shop.
     *
     * @param pauseMillis what each client lets pass between its transactions
     */
    public static PooledShop open(String url, String user, String password, int clients, int pauseMillis) {
        PooledShop shop = new PooledShop();
        for (int i = 0; i < clients; i++) {
            String name = "client " + i;
            Thread thread = new Thread(() -> shop.trade(url, user, password, name, pauseMillis), name);
            thread.start();
            shop.threads.add(thread);
        }
        return shop;
    }

    private void trade(String url, String user, String password, String name, int pauseMillis) {
        long number = 0;
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            connection.setAutoCommit(false);
            while (open.get()) {
                String id = name + " " + number++;
                long began = System.nanoTime();
                buy(connection, id, 1 + (int) (number % 50));
                longestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
                acknowledged.add(id);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            }
        } catch (SQLException e) {
            errors.add(e);
        }
    }

    private static void buy(Connection connection, String id, int article) throws SQLException {
        try (PreparedStatement purchase =
                        connection.prepareStatement("INSERT INTO public.purchase (client_id) VALUES (?)");
                PreparedStatement stock =
                        connection.prepareStatement("UPDATE public.stock SET sold = sold + 1 WHERE article = ?")) {
            purchase.setString(1, id);
            purchase.executeUpdate();
            stock.setInt(1, article);
            stock.executeUpdate();
        }
        connection.commit();
    }

    /** Returns how many transactions were acknowledged so far. */
    public int sales() {
        return acknowledged.size();
    }

    /** Returns the unexpected errors that clients saw. */
    public List<Exception> errors() {
        return List.copyOf(errors);
    }

    /** Returns the longest transaction since the last call, as a client felt it, in seconds. */
    public double longestSeconds() {
        return longestNanos.getAndSet(0) / 1e9;
    }

    /** Returns the acknowledged transactions that a database does not have. */
    public Set<String> missing(DatabaseSettings database) throws SQLException {
        Set<String> missing = new HashSet<>(acknowledged);
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT client_id FROM public.purchase")) {
            while (rows.next()) {
                missing.remove(rows.getString(1));
            }
        }
        return missing;
    }

    /** Ends the clients, each after the transaction it is in. */
    @Override
    public void close() throws InterruptedException {
        open.set(false);
        for (Thread thread : threads) {
            thread.join(TimeUnit.MINUTES.toMillis(3));
        }
    }
}
