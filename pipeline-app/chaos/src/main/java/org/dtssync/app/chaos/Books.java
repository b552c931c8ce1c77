package org.dtssync.app.chaos;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.postgres.Identifiers;
import org.jspecify.annotations.Nullable;

/** The tables of the load, and what holds for them at every commit. Stateless. */
final class Books {

    static final int ACCOUNTS = 2_000;
    static final int VAULTS = 10;
    static final int PARENTS = 500;
    static final int WRITERS = 2;

    static final List<String> TABLES = List.of("account", "vault", "parent", "child", "log", "tally", "mark");

    /** Notes and bodies are longer than a row may be, so that updates of other columns leave them unsent. */
    private static final String STRUCTURE = """
            CREATE TABLE public.account (id bigint PRIMARY KEY, balance bigint NOT NULL, note text, tags text[]);
            CREATE TABLE public.vault (id int PRIMARY KEY, balance bigint NOT NULL);
            CREATE TABLE public.parent (id bigint PRIMARY KEY, children int NOT NULL, body jsonb);
            CREATE TABLE public.child (
                parent_id bigint NOT NULL REFERENCES public.parent ON DELETE CASCADE, number int NOT NULL, payload text,
                PRIMARY KEY (parent_id, number));
            CREATE TABLE public.log (writer int NOT NULL, line text);
            ALTER TABLE public.log REPLICA IDENTITY FULL;
            CREATE TABLE public.tally (writer int PRIMARY KEY, lines bigint NOT NULL);
            CREATE TABLE public.mark (id int PRIMARY KEY, number bigint NOT NULL);
            ALTER TABLE public.account ALTER COLUMN note SET STORAGE EXTERNAL;
            CREATE FUNCTION public.long_text(pieces int) RETURNS text LANGUAGE sql VOLATILE AS
                $$ SELECT string_agg(md5(random()::text || n), '') FROM generate_series(1, pieces) n $$;
            INSERT INTO public.account SELECT n, 1000, public.long_text(80), ARRAY['a', NULL, 'c d']
                FROM generate_series(1, %1$d) n;
            INSERT INTO public.vault SELECT n, 0 FROM generate_series(1, %2$d) n;
            INSERT INTO public.parent SELECT n, 4, jsonb_build_object('text', public.long_text(100))
                FROM generate_series(1, %3$d) n;
            INSERT INTO public.child SELECT p, n, 'child ' || n FROM generate_series(1, %3$d) p, generate_series(1, 4) n;
            INSERT INTO public.log SELECT w, 'line ' || n %% 20 FROM generate_series(1, %4$d) w, generate_series(1, 300) n;
            INSERT INTO public.tally SELECT w, 300 FROM generate_series(1, %4$d) w;
            INSERT INTO public.mark VALUES (1, 0);
            """;

    private static final Map<String, String> INVARIANTS = Map.of(
            "the sum over account and vault is conserved",
            """
            SELECT (SELECT sum(balance) FROM public.account) + (SELECT sum(balance) FROM public.vault) = %d
            """.formatted(ACCOUNTS * 1_000L),
            "every parent has as many children as it says",
            """
            SELECT NOT EXISTS (
                SELECT 1 FROM public.parent p
                LEFT JOIN (SELECT parent_id, count(*) AS children FROM public.child GROUP BY parent_id) c
                    ON c.parent_id = p.id
                WHERE p.children <> coalesce(c.children, 0))
            """,
            "every child has a parent",
            """
            SELECT NOT EXISTS (
                SELECT 1 FROM public.child c WHERE NOT EXISTS (SELECT 1 FROM public.parent p WHERE p.id = c.parent_id))
            """,
            "the log, which has no key, has as many lines as the tally says",
            """
            SELECT NOT EXISTS (
                SELECT 1 FROM public.tally t
                WHERE t.lines <> (SELECT count(*) FROM public.log l WHERE l.writer = t.writer))
            """);

    private Books() {}

    /** Makes the tables with their first rows. */
    static void create(End source) throws SQLException {
        source.execute(STRUCTURE.formatted(ACCOUNTS, VAULTS, PARENTS, WRITERS));
    }

    /** Returns the questions whose answer is yes at every commit, by what they are about. */
    static Map<String, String> invariants(boolean reshaped) {
        Map<String, String> invariants = new LinkedHashMap<>(INVARIANTS);
        if (reshaped) {
            invariants.put("columns and tables are as the commands left them", Reshaper.INVARIANT);
            invariants.put("indexes are as the commands left them", Reshaper.INVARIANT_OF_INDEXES);
        }
        return Map.copyOf(invariants);
    }

    /**
     * Checks what holds at every commit, one statement after the other with pauses between.
     *
     * @param connection in a transaction whose statements all see one snapshot
     * @param invariants what is asked
     * @return the first sentence that does not hold, or null
     */
    static @Nullable String broken(Connection connection, Map<String, String> invariants)
            throws SQLException, InterruptedException {
        for (Map.Entry<String, String> invariant : invariants.entrySet()) {
            if (!"t".equals(End.query(connection, invariant.getValue()))) {
                return invariant.getKey();
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return null;
    }

    /** Returns the phase that the task's state at the destination names in this snapshot, or null. */
    static @Nullable String phase(Connection connection, String task) throws SQLException {
        if (End.query(connection, "SELECT to_regclass('dts_sync.task')") == null) {
            return null;
        }
        return End.query(connection, "SELECT phase FROM dts_sync.task WHERE task = " + Identifiers.literal(task));
    }
}
