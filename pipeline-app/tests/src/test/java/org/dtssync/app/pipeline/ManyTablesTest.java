package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A task of many tables asks its source what a task of a few asks: the tables are in the answers, not in the questions. */
@ExtendWith(ServersExtension.class)
class ManyTablesTest {

    private static final int FEW = 10;
    private static final int MANY = 410;

    /** Heartbeats and watches go by the clock, and the task of many tables takes longer. */
    private static final int BY_THE_CLOCK = 150;

    @Test
    void costNoQuestionEachAtTheStart(Servers servers) throws Exception {
        long few = questions(servers, FEW);
        long many = questions(servers, MANY);

        assertThat(many - few).isLessThan(BY_THE_CLOCK);
    }

    /** Returns how many transactions the source saw of all that is done before and after the load: each statement is one. */
    private static long questions(Servers servers, int tables) throws Exception {
        List<String> structure = new ArrayList<>();
        for (int i = 0; i < tables; i++) {
            structure.add("CREATE TABLE public.t" + i + " (id int PRIMARY KEY, note text)");
        }
        // As one transaction: a server counts those of a session that has just ended a moment late.
        MovedTask moved = MovedTask.of(servers, 17, String.join(";", structure));
        long start = transactions(moved);
        moved.run(RunGoal.SCHEMA);
        long structured = transactions(moved);
        moved.move();
        long loaded = transactions(moved);
        moved.move();
        long again = transactions(moved);
        moved.release();
        return structured - start + again - loaded;
    }

    private static long transactions(MovedTask moved) throws Exception {
        return Long.parseLong(moved.valueAtSource(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"));
    }
}
