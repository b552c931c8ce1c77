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
            CREATE TABLE public.chosen (id int PRIMARY KEY, code int NOT NULL);
            CREATE UNIQUE INDEX chosen_code ON public.chosen (code);
            ALTER TABLE public.chosen REPLICA IDENTITY USING INDEX chosen_code;
            INSERT INTO public.chosen SELECT i, -i FROM generate_series(1, 100) i;
            CREATE MATERIALIZED VIEW public.counted AS SELECT id % 10 AS digit, count(*) AS n FROM public.chosen GROUP BY 1;
            CREATE UNIQUE INDEX counted_digit ON public.counted (digit);
            ANALYZE
            """;

    @Test
    void tablesThatChangeWhileTheyAreCopiedAreLoadedOnceTheChangesHaveArrived(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE);
        // Phases come again for the tables that are loaded later.
        Set<Phase> changed = EnumSet.noneOf(Phase.class);

        new Pipeline(moved.task(), new PipelineListener() {
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
                })
                .run(RunOptions.to(RunGoal.CAUGHT_UP));

        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.divided WHERE c = 7"))
                .isEqualTo("150000");
        assertThat(moved.valueAtDestination("SELECT count(*) FROM public.tree")).isEqualTo("201");
        assertThat(moved.valueAtDestination("SELECT sum(n)::text FROM public.counted"))
                .isEqualTo("101");
        moved.release();
    }

    private static void change(MovedTask moved, Phase phase) throws SQLException {
        if (phase == Phase.SNAPSHOT) {
            moved.atSource(
                    "ALTER TABLE public.divided ADD c int DEFAULT 7",
                    "UPDATE public.divided SET v = 'changed' WHERE id > 149990",
                    "ALTER TABLE public.high ADD note text DEFAULT 'n'");
        }
        if (phase == Phase.CATCH_UP) {
            moved.atSource(
                    "ALTER TABLE public.tree ATTACH PARTITION public.high FOR VALUES FROM (100) TO (200)",
                    "UPDATE public.tree SET v = 'moved' WHERE id = 150",
                    "CREATE TABLE public.top PARTITION OF public.tree FOR VALUES FROM (200) TO (300);"
                            + " INSERT INTO public.tree VALUES (200, 'top', 'n')",
                    "ALTER TABLE public.chosen ADD more int; INSERT INTO public.chosen VALUES (101, -101, 1)",
                    "REFRESH MATERIALIZED VIEW CONCURRENTLY public.counted");
        }
    }
}
