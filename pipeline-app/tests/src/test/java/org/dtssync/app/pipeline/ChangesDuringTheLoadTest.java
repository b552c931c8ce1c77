package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.dtssync.app.state.Phase;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Commands that come between the phases of a load leave no row out. */
@ExtendWith(ServersExtension.class)
class ChangesDuringTheLoadTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.divided (id int PRIMARY KEY, v text);
            INSERT INTO public.divided SELECT i, 'v' || i FROM generate_series(1, 150000) i;
            CREATE TABLE public.tree (id int PRIMARY KEY, v text, note text) PARTITION BY RANGE (id);
            CREATE TABLE public.low PARTITION OF public.tree FOR VALUES FROM (0) TO (100);
            INSERT INTO public.tree SELECT i, 'low', 'n' FROM generate_series(0, 99) i;
            CREATE TABLE public.high (id int PRIMARY KEY, v text);
            INSERT INTO public.high SELECT i, 'high' FROM generate_series(100, 199) i;
            CREATE TABLE public.chosen (id int PRIMARY KEY, code int NOT NULL, mark int UNIQUE);
            CREATE UNIQUE INDEX chosen_code ON public.chosen (code);
            ALTER TABLE public.chosen REPLICA IDENTITY USING INDEX chosen_code;
            INSERT INTO public.chosen SELECT i, -i, i FROM generate_series(1, 100) i;
            CREATE TABLE public.loose (id int PRIMARY KEY, v text);
            INSERT INTO public.loose SELECT i, 'v' FROM generate_series(1, 50) i;
            CREATE TABLE public.daily (id int, day date, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE public.daily_1 PARTITION OF public.daily FOR VALUES FROM ('2024-01-01') TO ('2024-01-02');
            INSERT INTO public.daily SELECT i, '2024-01-01', 'v' FROM generate_series(1, 100) i;
            CREATE MATERIALIZED VIEW public.counted AS SELECT id % 10 AS digit, count(*) AS n FROM public.chosen GROUP BY 1;
            CREATE UNIQUE INDEX counted_digit ON public.counted (digit);
            ANALYZE
            """;

    @Test
    void tablesThatChangeWhileTheyAreCopiedAreLoadedOnceTheChangesHaveArrived(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE);
        // Phases come again for the tables that are loaded later.
        Set<Phase> changed = EnumSet.noneOf(Phase.class);

        Pipeline pipeline = new Pipeline(moved.task(), new PipelineListener() {
            @Override
            public void entered(Phase phase) {
                try {
                    if (changed.add(phase)) {
                        change(moved, phase);
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        });

        pipeline.run(RunOptions.to(RunGoal.SNAPSHOT));
        // What recorded them is another release's now.
        moved.atSource("COMMENT ON FUNCTION dts_sync.on_ddl() IS 'dts-sync: commands that change the structure'");
        pipeline.run(RunOptions.to(RunGoal.CAUGHT_UP));

        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.divided WHERE c = 7"))
                .isEqualTo("150000");
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.tree")).isEqualTo("201");
        assertThat(moved.valueAtDestination("SELECT sum(n)::text FROM public.counted"))
                .isEqualTo("101");
        // A new partition's rows are all in the stream: its table is not loaded again for it.
        assertThat(moved.valueAtDestination("SELECT count(*) FROM dts_sync.event WHERE subject = 'public.daily'"
                        + " AND kind = 'structure' AND detail::text LIKE '%set aside%'"))
                .isEqualTo("0");
        assertThat(moved.valueAtDestination("SELECT count(*) FROM dts_sync.event WHERE subject = 'public.loose'"
                        + " AND kind = 'structure' AND detail::text LIKE '%set aside%'"))
                .isEqualTo("1");
        assertThat(moved.valueAtDestination(
                        "SELECT string_agg(indexrelid::regclass::text, ',' ORDER BY 1) FROM pg_index"
                                + " WHERE indrelid = 'public.keyless'::regclass"))
                .isEqualTo("keyless_b");
        assertThat(moved.valueAtDestination("SELECT count(*) FROM pg_constraint"
                        + " WHERE conrelid = 'public.child'::regclass AND contype = 'f' AND convalidated"))
                .isEqualTo("1");
        moved.release();
    }

    private static void change(MovedTask moved, Phase phase) throws SQLException {
        if (phase == Phase.SNAPSHOT) {
            moved.atSource(
                    "ALTER TABLE public.divided ADD c int DEFAULT 7",
                    "UPDATE public.divided SET v = 'changed' WHERE id > 149990",
                    "ALTER TABLE public.high ADD note text DEFAULT 'n'",
                    // Rows are copied behind all three, and the first two do not allow them.
                    "ALTER TABLE public.loose ALTER v SET NOT NULL",
                    "ALTER TABLE public.loose ALTER v DROP NOT NULL; UPDATE public.loose SET v = NULL WHERE id = 1",
                    "CREATE TABLE public.daily_2 PARTITION OF public.daily FOR VALUES FROM ('2024-01-02') TO ('2024-01-03');"
                            + " INSERT INTO public.daily SELECT i + 1000, '2024-01-02', 'w' FROM generate_series(1, 100) i;"
                            + " UPDATE public.daily SET day = '2024-01-02' WHERE id < 10");
        }
        if (phase == Phase.CATCH_UP) {
            moved.atSource(
                    "ALTER TABLE public.tree ATTACH PARTITION public.high FOR VALUES FROM (100) TO (200)",
                    "UPDATE public.tree SET v = 'moved' WHERE id = 150",
                    "CREATE TABLE public.top PARTITION OF public.tree FOR VALUES FROM (200) TO (300);"
                            + " INSERT INTO public.tree VALUES (200, 'top', 'n')",
                    "ALTER TABLE public.chosen ADD more int; INSERT INTO public.chosen VALUES (101, -101, 101, 1)",
                    "REFRESH MATERIALIZED VIEW CONCURRENTLY public.counted",
                    "CREATE TABLE public.keyless (a int NOT NULL, b int NOT NULL); INSERT INTO public.keyless VALUES (1, 1)",
                    "CREATE UNIQUE INDEX keyless_b ON public.keyless (b)",
                    "ALTER TABLE public.keyless REPLICA IDENTITY USING INDEX keyless_b",
                    "INSERT INTO public.keyless VALUES (2, 2); UPDATE public.keyless SET a = 3 WHERE b = 1;"
                            + " UPDATE public.keyless SET b = 4 WHERE a = 2; INSERT INTO public.keyless VALUES (5, 5);"
                            + " DELETE FROM public.keyless WHERE b = 5",
                    // What it refers to is made once the rows are there.
                    "CREATE TABLE public.child (id serial PRIMARY KEY, mark int REFERENCES public.chosen (mark));"
                            + " INSERT INTO public.child (mark) VALUES (1)");
        }
    }
}
