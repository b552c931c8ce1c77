package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.dtssync.app.source.SourcePosition;
import org.dtssync.app.state.Phase;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Values that PostgreSQL does not send again because they lie outside the row and were not touched: whatever happens to the row
 * in one transaction, in one cut or in several, they stay, and nothing that looks like a placeholder is taken for one.
 */
@ExtendWith(ServersExtension.class)
class KeepsUnchangedValuesTest {

    /** Stored outside the row and not compressed, so that every one of them is left out of an update that leaves it alone. */
    private static final String[] STRUCTURE = {
        """
        CREATE TABLE public.wide (id int PRIMARY KEY, n int, u int UNIQUE, t text, b bytea, j jsonb, a text[], i int[],
            d numeric, x xml, v varchar, h json)
        """,
        """
        ALTER TABLE public.wide ALTER t SET STORAGE EXTERNAL, ALTER b SET STORAGE EXTERNAL, ALTER j SET STORAGE EXTERNAL,
            ALTER a SET STORAGE EXTERNAL, ALTER i SET STORAGE EXTERNAL, ALTER d SET STORAGE EXTERNAL,
            ALTER x SET STORAGE EXTERNAL, ALTER v SET STORAGE EXTERNAL, ALTER h SET STORAGE EXTERNAL
        """,
        """
        CREATE FUNCTION public.wide(id int) RETURNS SETOF public.wide LANGUAGE sql AS $$
            SELECT id, 0, id, repeat('t' || id, 4000), convert_to(repeat('b' || id, 4000), 'UTF8'),
                to_jsonb(repeat('j' || id, 4000)), ARRAY[repeat('a' || id, 4000), NULL], (SELECT array_agg(g + id)
                FROM generate_series(1, 3000) g), (repeat('7', 6000) || id || '.5')::numeric,
                ('<x>' || repeat('x' || id, 4000) || '</x>')::xml, repeat('v' || id, 4000),
                ('{"h": "' || repeat('h' || id, 4000) || '"}')::json
        $$
        """,
        "INSERT INTO public.wide SELECT w.* FROM generate_series(1, 40) g, public.wide(g) w",
        """
        CREATE TABLE public.by_index (id int PRIMARY KEY, k int NOT NULL UNIQUE, n int, t text)
        """,
        "ALTER TABLE public.by_index REPLICA IDENTITY USING INDEX by_index_k_key",
        "ALTER TABLE public.by_index ALTER t SET STORAGE EXTERNAL",
        "INSERT INTO public.by_index SELECT g, g, 0, repeat('k' || g, 4000) FROM generate_series(1, 10) g",
        """
        CREATE TABLE public.bag (n int, t text)
        """,
        "ALTER TABLE public.bag REPLICA IDENTITY FULL, ALTER t SET STORAGE EXTERNAL",
        "INSERT INTO public.bag SELECT g % 2, repeat('f' || g % 2, 4000) FROM generate_series(1, 8) g",
        // The whole row before comes with each update, so that a value that stayed is known to be the same.
        "CREATE TABLE public.whole (id int PRIMARY KEY, n int, u int UNIQUE, t text)",
        "ALTER TABLE public.whole REPLICA IDENTITY FULL, ALTER t SET STORAGE EXTERNAL",
        "INSERT INTO public.whole SELECT g, 0, g, repeat('w' || g, 8000) FROM generate_series(1, 12) g",
        // Rows that are found by some of their columns: equal ones, NULLs, a type without an equality, long values.
        "CREATE TYPE public.mood AS ENUM ('low', 'high')",
        "CREATE TABLE public.heap (n int, m public.mood, d numeric, j json, t text)",
        "CREATE INDEX ON public.heap (m)",
        "ALTER TABLE public.heap REPLICA IDENTITY FULL",
        """
        INSERT INTO public.heap SELECT nullif(g % 7, 0), (ARRAY['low', 'high', NULL])[1 + g % 3]::public.mood, (g / 4)::numeric / 3,
            json_build_object('g', g % 5), CASE WHEN g % 11 = 0 THEN repeat('h', 3000) ELSE 'h' || g % 13 END
        FROM generate_series(1, 400) g, generate_series(1, 2)
        """
    };

    /** Each is one transaction; all of them wait together, so that they fall into as few cuts as they can. */
    private static final String[] CHANGES = {
        "UPDATE public.wide SET n = 1 WHERE id = 1",
        "UPDATE public.wide SET n = 1, t = 'short' WHERE id = 2; UPDATE public.wide SET n = 2 WHERE id = 2",
        "UPDATE public.wide SET id = 103 WHERE id = 3",
        "UPDATE public.wide SET id = 104 WHERE id = 4; UPDATE public.wide SET n = 4 WHERE id = 104",
        "UPDATE public.wide SET n = 5 WHERE id = 5; UPDATE public.wide SET id = 105 WHERE id = 5;"
                + " UPDATE public.wide SET id = 205 WHERE id = 105; UPDATE public.wide SET b = NULL WHERE id = 205",
        "INSERT INTO public.wide SELECT * FROM public.wide(50); UPDATE public.wide SET n = 50 WHERE id = 50",
        "INSERT INTO public.wide SELECT * FROM public.wide(51); UPDATE public.wide SET id = 151 WHERE id = 51;"
                + " UPDATE public.wide SET n = 51 WHERE id = 151",
        // A row moved onto a key whose row was deleted right before.
        "DELETE FROM public.wide WHERE id = 6; UPDATE public.wide SET id = 6 WHERE id = 7",
        "DELETE FROM public.wide WHERE id = 8; UPDATE public.wide SET id = 8 WHERE id = 9;"
                + " UPDATE public.wide SET n = 9 WHERE id = 8; UPDATE public.wide SET j = '{}' WHERE id = 8",
        // Two rows change places, by way of a third key; and three go round.
        "UPDATE public.wide SET id = -1 WHERE id = 10; UPDATE public.wide SET id = 10 WHERE id = 11;"
                + " UPDATE public.wide SET id = 11 WHERE id = -1; UPDATE public.wide SET n = 1 WHERE id IN (10, 11)",
        "UPDATE public.wide SET id = -1 WHERE id = 12; UPDATE public.wide SET id = 12 WHERE id = 13;"
                + " UPDATE public.wide SET id = 13 WHERE id = 14; UPDATE public.wide SET id = 14 WHERE id = -1",
        // A unique value goes from row to row while the wide ones stay.
        "UPDATE public.wide SET u = NULL WHERE id = 15; UPDATE public.wide SET u = 15 WHERE id = 16",
        "UPDATE public.wide SET u = -1 WHERE id = 17; UPDATE public.wide SET u = 17 WHERE id = 18;"
                + " UPDATE public.wide SET u = 18 WHERE id = 17",
        "DELETE FROM public.wide WHERE id = 19; INSERT INTO public.wide SELECT * FROM public.wide(19);"
                + " UPDATE public.wide SET n = 19 WHERE id = 19",
        "UPDATE public.wide SET id = id + 1000 WHERE id BETWEEN 20 AND 29",
        "UPDATE public.wide SET n = 7 WHERE id BETWEEN 1020 AND 1024",
        "UPDATE public.by_index SET k = k + 100 WHERE id < 4; UPDATE public.by_index SET n = 1 WHERE id < 3",
        "UPDATE public.by_index SET id = id + 100 WHERE id > 7",
        "UPDATE public.bag SET n = 5 WHERE ctid = (SELECT min(ctid) FROM public.bag)",
        "DELETE FROM public.bag WHERE ctid = (SELECT max(ctid) FROM public.bag)",
        "UPDATE public.whole SET n = 1 WHERE id = 1",
        "UPDATE public.whole SET n = 2, t = t || 'more' WHERE id = 2; UPDATE public.whole SET n = 3 WHERE id = 2",
        "UPDATE public.whole SET id = 103 WHERE id = 3; UPDATE public.whole SET n = 3 WHERE id = 103",
        "UPDATE public.whole SET u = -1 WHERE id = 4; UPDATE public.whole SET u = 4 WHERE id = 5; UPDATE public.whole SET u = 5 WHERE id = 4",
        "UPDATE public.whole SET t = NULL WHERE id = 6; UPDATE public.whole SET n = 6 WHERE id = 6",
        "DELETE FROM public.heap WHERE ctid IN (SELECT ctid FROM public.heap ORDER BY ctid DESC LIMIT 3)",
        "UPDATE public.heap SET d = d + 1 WHERE ctid IN (SELECT ctid FROM public.heap ORDER BY ctid LIMIT 60)",
        "UPDATE public.heap SET n = NULL WHERE n = 1; UPDATE public.heap SET m = 'low' WHERE m IS NULL AND n = 2"
    };

    @Test
    void inAllThatCanHappenToARow(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        moved.atSource(CHANGES);
        moved.move();
        assertEqual(moved);

        try (LiveRun run = moved.streaming()) {
            moved.atSource(
                    "UPDATE public.wide SET n = n + 1",
                    "UPDATE public.wide SET id = id + 5000",
                    "UPDATE public.wide SET n = n + 1",
                    "UPDATE public.wide SET u = u + 50000",
                    "UPDATE public.whole SET n = n + 1",
                    "UPDATE public.whole SET u = u + 50000, n = n + 1",
                    "UPDATE public.heap SET d = d + 1 WHERE ctid = (SELECT min(ctid) FROM public.heap)",
                    "DELETE FROM public.heap WHERE j::text = '{\"g\" : 3}' AND n IS NULL");
            await(run, moved);
        }
        assertEqual(moved);
        moved.release();
    }

    @Test
    void beforeTheConsistencyPoint(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 14, STRUCTURE);
        moved.run(RunGoal.SCHEMA);
        moved.atSource(CHANGES);
        moved.run(RunGoal.SNAPSHOT);
        moved.atSource(
                "UPDATE public.wide SET n = n + 1",
                "UPDATE public.wide SET id = id + 5000 WHERE id % 2 = 0",
                "DELETE FROM public.wide WHERE id = 5002",
                "UPDATE public.wide SET n = n + 1");
        moved.move();

        assertEqual(moved);
        moved.release();
    }

    /**
     * Two rows change places twice, and the copy is taken in between: the stream has no net effect on who is where, but what the
     * copy found under each key is the other row.
     */
    @Test
    void whereTheCopyFoundAnotherRowInItsPlace(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE);
        String swap = "UPDATE public.wide SET id = -1 WHERE id = 1; UPDATE public.wide SET id = 1 WHERE id = 2;"
                + " UPDATE public.wide SET id = 2 WHERE id = -1";
        moved.run(RunGoal.SCHEMA);
        moved.atSource(swap);
        moved.run(RunGoal.SNAPSHOT);
        moved.atSource(swap);
        Lsn end = SourcePosition.insert(moved.connectionsToSource());
        PipelineListener allAtOnce = new PipelineListener() {
            @Override
            public void entered(Phase phase) {
                if (phase == Phase.CATCH_UP) {
                    awaitCaptured(moved, end);
                }
            }
        };
        new Pipeline(moved.task(), allAtOnce).run(RunOptions.to(RunGoal.CAUGHT_UP));

        assertEqual(moved);
        moved.release();
    }

    @Test
    void beforeTheConsistencyPointAlsoWhereTheyAreTooLargeToBeHeldTogether(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(
                servers,
                17,
                "CREATE TABLE public.heavy (id int PRIMARY KEY, n int, t text)",
                "INSERT INTO public.heavy SELECT g, 0, g || repeat('heavy\\', 900000) FROM generate_series(1, 6) g");
        moved.run(RunGoal.SCHEMA);
        moved.atSource(
                "UPDATE public.heavy SET id = id + 100 WHERE id < 6",
                "UPDATE public.heavy SET n = id",
                "DELETE FROM public.heavy WHERE id = 105");
        moved.run(RunGoal.SNAPSHOT);
        moved.move();

        assertEqual(moved);
        moved.release();
    }

    /**
     * An asynchronous commit is visible before it is on the disk. Rows that were read then must not stay at the destination when a
     * crash takes the commits back.
     */
    @Test
    void andNeverThoseThatACrashOfTheSourceTakesBack(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(
                servers,
                17,
                "CREATE TABLE public.unsafe (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, t text)",
                "ALTER TABLE public.unsafe ALTER t SET STORAGE EXTERNAL",
                "INSERT INTO public.unsafe (id, t) SELECT g, repeat('t', 3000) FROM generate_series(1, 300) g",
                "ALTER SYSTEM SET wal_writer_delay = '10s'",
                "SELECT pg_reload_conf()");
        try {
            moved.run(RunGoal.SCHEMA);
            // Rows that moved before the copy found them are read from the source when their moves are applied.
            moved.atSource("UPDATE public.unsafe SET id = id + 10000");
            moved.run(RunGoal.SNAPSHOT);
            Thread writer = new Thread(() -> writeAsynchronously(moved), "writer");
            PipelineListener writing = new PipelineListener() {
                @Override
                public void entered(Phase phase) {
                    if (phase == Phase.CATCH_UP) {
                        writer.start();
                    }
                }
            };
            Thread run = new Thread(
                    () -> runToItsEnd(moved, writing), "run-" + moved.task().name());
            run.start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> moved.valueAtDestination("SELECT count(*) > 0 FROM public.unsafe WHERE n > 0")
                            .equals("t"));
            servers.postgres(17).crash();
            writer.join();
            servers.postgres(17).start();
            run.join(Duration.ofSeconds(60).toMillis());

            assertThat(run.isAlive()).isFalse();
            assertThat(moved.valueAtSource("SELECT count(*) FROM public.unsafe WHERE n = 0"))
                    .as("rows that were not written before the crash, or lost in it")
                    .isNotEqualTo("0");
            assertEqual(moved);
        } finally {
            moved.atSource("ALTER SYSTEM RESET wal_writer_delay", "SELECT pg_reload_conf()");
        }
        moved.release();
    }

    /** One row after the other, each in a commit that waits for no disk, until the server is gone. */
    private static void writeAsynchronously(MovedTask moved) {
        try {
            moved.atSource("SET synchronous_commit = off", """
                    DO $$ BEGIN
                        FOR i IN 10001 .. 10300 LOOP
                            UPDATE public.unsafe SET n = 1 WHERE id = i;
                            COMMIT;
                            PERFORM pg_sleep(0.01);
                        END LOOP;
                    END $$
                    """);
        } catch (SQLException e) {
            assertThat(e.getCause())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            cause -> assertThat(cause.getSQLState()).matches("08...|57P0."));
        }
    }

    private static void runToItsEnd(MovedTask moved, PipelineListener listener) {
        try {
            new Pipeline(moved.task(), listener).run(RunOptions.to(RunGoal.CAUGHT_UP));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void andTakesNothingForAPlaceholder(Servers servers) throws Exception {
        String placeholder = "__debezium_unavailable_value";
        MovedTask moved = MovedTask.of(servers, 17, """
                        CREATE TABLE public.odd (id int PRIMARY KEY, n int, t text, b bytea, a text[], i int[], l bigint[], d numeric,
                            j jsonb, h json, x xml, v varchar, c char(40), u uuid[], long text)
                        """, "ALTER TABLE public.odd ALTER long SET STORAGE EXTERNAL")
                .move();
        String row = "'" + placeholder + "', '" + placeholder + "', ARRAY['" + placeholder + "'],"
                + " (SELECT array_agg(ascii(c)) FROM regexp_split_to_table('" + placeholder + "', '') c),"
                + " (SELECT array_agg(ascii(c)) FROM regexp_split_to_table('" + placeholder + "', '') c),"
                + " ('x' || substr(encode('" + placeholder + "', 'hex'), 1, 15))::bit(60)::bigint, '\"" + placeholder
                + "\"', '\"" + placeholder + "\"', '" + placeholder + "', '" + placeholder + "', '" + placeholder
                + "', ARRAY[]::uuid[], repeat('long', 4000)";

        moved.atSource(
                "INSERT INTO public.odd SELECT g, 0, " + row + " FROM generate_series(1, 4) g",
                "UPDATE public.odd SET n = 1 WHERE id = 1",
                "UPDATE public.odd SET t = 'other' WHERE id = 2",
                "UPDATE public.odd SET t = '" + placeholder + "' WHERE id = 2",
                "UPDATE public.odd SET id = 13, long = '" + placeholder + "' WHERE id = 3",
                "UPDATE public.odd SET long = NULL WHERE id = 4");
        moved.move();

        assertEqual(moved);
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.odd WHERE t = '" + placeholder + "'"))
                .isEqualTo("4");
        moved.release();
    }

    private static void awaitCaptured(MovedTask moved, Lsn end) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> moved.valueAtSource("SELECT confirmed_flush_lsn >= '" + end
                                + "' FROM pg_replication_slots WHERE slot_name = '"
                                + moved.task().slot() + "'")
                        .equals("t"));
    }

    private static void await(LiveRun run, MovedTask moved) throws Exception {
        Lsn end = SourcePosition.insert(moved.connectionsToSource());
        run.awaitApplied(end);
    }

    private static void assertEqual(MovedTask moved) throws Exception {
        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
    }
}
