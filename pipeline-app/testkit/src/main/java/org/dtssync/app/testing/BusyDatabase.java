package org.dtssync.app.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.postgresql.PGConnection;

/**
 * A database of five tables of different shapes, an application that keeps writing to it, and what its rows look like, read
 * without any code of the product's.
 *
 * <p>Immutable.
 *
 * @param settings how the superuser reaches it
 */
public record BusyDatabase(DatabaseSettings settings) {

    /** Keyed by identity, composite, partitioned, without a key, and with names that need quotes. */
    public static final List<TableName> TABLES = List.of(
            new TableName("public", "customer"),
            new TableName("public", "line"),
            new TableName("public", "event"),
            new TableName("public", "log"),
            new TableName("public", "odd \"Name"));

    private static final String STRUCTURE = """
            CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
            CREATE TABLE public.customer (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE,
                mood public.mood NOT NULL DEFAULT 'ok', note text, balance numeric(12, 2) DEFAULT 5,
                seen timestamptz, upper_email text GENERATED ALWAYS AS (upper(email)) STORED);
            CREATE TABLE public.line (
                customer_id bigint NOT NULL REFERENCES public.customer ON DELETE CASCADE, number int NOT NULL,
                price float8, tags text[], PRIMARY KEY (customer_id, number));
            CREATE TABLE public.event (at timestamptz NOT NULL, body jsonb, id bigserial, PRIMARY KEY (id, at))
                PARTITION BY RANGE (at);
            CREATE TABLE public.event_old PARTITION OF public.event FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
            CREATE TABLE public.event_new PARTITION OF public.event FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);
            CREATE TABLE public.log (line text, level int);
            ALTER TABLE public.log REPLICA IDENTITY FULL;
            CREATE TABLE public."odd ""Name" ("Ünï code" int PRIMARY KEY, "select" text, "a b" timetz);
            INSERT INTO public.customer (email, note)
                SELECT 'c' || i || '@x', repeat(md5(i::text), 200) FROM generate_series(1, 5000) i;
            INSERT INTO public.line SELECT id, n, n / 3.0, ARRAY['a', NULL, 'c d'] FROM public.customer, generate_series(1, 3) n;
            INSERT INTO public.event (at, body)
                SELECT '2025-12-01'::timestamptz + i * interval '1 hour', '{"a": 1}' FROM generate_series(1, 2000) i;
            INSERT INTO public.log SELECT 'line ' || i % 50, i % 3 FROM generate_series(1, 1000) i;
            INSERT INTO public."odd ""Name" SELECT i, 'v' || i, '12:00:00+02' FROM generate_series(1, 100) i;
            """;

    /** Makes the tables and their first rows. */
    public BusyDatabase create() throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute(STRUCTURE);
        }
        return this;
    }

    /** Begins to write, in small transactions of mixed changes, until the result is closed. */
    public Application startApplication() {
        return new Application(this);
    }

    /**
     * Returns each table's count and digest of its rows as COPY prints them, in an order that no collation decides:
     * not the rows themselves, which after a minute of writing no longer fit into a test's memory.
     */
    public Map<TableName, String> rows() throws SQLException, IOException {
        Map<TableName, String> rows = new LinkedHashMap<>();
        try (Connection connection = open()) {
            for (TableName table : TABLES) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                long copied = connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                "COPY (SELECT t.* FROM " + table.sql()
                                        + " t ORDER BY t::text COLLATE pg_catalog.\"C\") TO STDOUT",
                                new DigestOutputStream(OutputStream.nullOutputStream(), digest));
                rows.put(table, copied + " rows, " + HexFormat.of().formatHex(digest.digest()));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private Connection open() {
        return new DatabaseConnections(End.SOURCE, settings, "busy database").open();
    }

    /** The application at work in a thread of its own. */
    public static final class Application implements AutoCloseable {

        /** Between transactions: at full speed the table of a test's minute would be a gigabyte, and its servers would do nothing else. */
        private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

        private final AtomicBoolean writing = new AtomicBoolean(true);
        private final CompletableFuture<Long> transactions;

        private Application(BusyDatabase database) {
            transactions = CompletableFuture.supplyAsync(() -> write(database));
        }

        private long write(BusyDatabase database) {
            Random random = new Random(7);
            long committed = 0;
            try (Connection connection = database.open();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (writing.get()) {
                    transaction(statement, random);
                    connection.commit();
                    committed++;
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return committed;
        }

        private static void transaction(Statement statement, Random random) throws SQLException {
            int id = 1 + random.nextInt(5000);
            statement.execute("UPDATE public.customer SET balance = balance + 1 WHERE id = " + id);
            statement.execute("INSERT INTO public.customer (email, note) VALUES ('n" + System.nanoTime()
                    + "@x', repeat('xy', 3000))");
            statement.execute("UPDATE public.line SET number = number + 10 WHERE customer_id = " + id);
            statement.execute("DELETE FROM public.customer WHERE id = " + (1 + random.nextInt(5000)));
            statement.execute("INSERT INTO public.event (at, body) VALUES (now(), '{\"n\": [1, 2]}')");
            statement.execute("INSERT INTO public.log VALUES ('line " + random.nextInt(50) + "', 1)");
            statement.execute("DELETE FROM public.log WHERE ctid = (SELECT ctid FROM public.log LIMIT 1)");
            statement.execute("UPDATE public.log SET level = level + 1 WHERE line = 'line 7' AND level = 1");
            statement.execute("UPDATE public.\"odd \"\"Name\" SET \"select\" = 'w' WHERE \"Ünï code\" = " + (id % 100));
        }

        /** Ends the writing; returns how many transactions were committed. */
        public long stop() {
            writing.set(false);
            return transactions.orTimeout(30, TimeUnit.SECONDS).join();
        }

        @Override
        public void close() {
            stop();
        }
    }
}
