package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole path, on real servers, while the application keeps writing. */
@ExtendWith(ServersExtension.class)
class MovesALiveDatabaseTest {

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

    @ParameterizedTest
    @CsvSource({"14, 17", "17, 18"})
    void endsEqualWhileTheApplicationKeepsWriting(int from, int to, Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(from);
        DatabaseSettings destination = servers.freshDatabase(to);
        execute(source, STRUCTURE);
        TaskFile task = TaskFiles.of(servers, source, destination);

        Optional<VerifyReport> report;
        AtomicBoolean writing = new AtomicBoolean(true);
        CompletableFuture<Long> load = CompletableFuture.supplyAsync(() -> write(source, writing));
        try {
            new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP));
        } finally {
            writing.set(false);
        }
        assertThat(load.get()).isPositive();
        report = new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.VERIFIED));

        assertThat(report).get().satisfies(found -> {
            assertThat(found.differences()).isEmpty();
            assertThat(found.tables()).hasSize(5).allMatch(table -> table.equal());
        });
        new Release(task).run(true);
    }

    /** A mixed load in small transactions; returns how many committed. */
    private static long write(DatabaseSettings source, AtomicBoolean writing) {
        Random random = new Random(7);
        long transactions = 0;
        try (Connection connection = new DatabaseConnections("source", source, "load").open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (writing.get()) {
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
                statement.execute(
                        "UPDATE public.\"odd \"\"Name\" SET \"select\" = 'w' WHERE \"Ünï code\" = " + (id % 100));
                connection.commit();
                transactions++;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return transactions;
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections("test", database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
