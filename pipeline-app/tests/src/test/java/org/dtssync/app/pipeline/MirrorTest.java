package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.control.Release;
import org.dtssync.app.precheck.Precheck;
import org.dtssync.app.precheck.PrecheckItem;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two tasks that flow against each other. */
@ExtendWith(ServersExtension.class)
class MirrorTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.here (id int PRIMARY KEY, note text);
            CREATE TABLE public.there (id int PRIMARY KEY, note text);
            INSERT INTO public.here SELECT i, 'old' FROM generate_series(1, 100) i;
            INSERT INTO public.there SELECT i, 'old' FROM generate_series(1, 100) i;
            """;
    private static final String CHANGED = "SELECT count(*) FROM public.%s WHERE note = '%s'";

    @Test
    void carriesEachSidesChangesToTheOtherOnceAndStaysIdle(Servers servers) throws Exception {
        DatabaseSettings one = servers.freshDatabase(14);
        DatabaseSettings other = servers.freshDatabase(17);
        RunningPair.execute(one, STRUCTURE);
        TaskFile first = TaskFiles.of(servers, one, other);
        TaskFile mirror = mirrorOf(first, servers);
        try (RunningPair there = RunningPair.start(first)) {
            assertThat(new Precheck(mirror, new TaskInventory(mirror)::statements).run())
                    .noneMatch(item -> item.result() == PrecheckItem.Result.FAIL);
            RunningPair back = RunningPair.start(mirror);
            try {
                RunningPair.execute(one, "UPDATE public.here SET note = 'a' WHERE id <= 50");
                RunningPair.execute(other, "UPDATE public.there SET note = 'b' WHERE id <= 40");
                awaitCount(other, CHANGED.formatted("here", "a"), 50);
                awaitCount(one, CHANGED.formatted("there", "b"), 40);

                assertIdle(there, back);
            } finally {
                back.stop();
            }

            // Each goes on from where it was, with what was written meanwhile.
            RunningPair.execute(one, "DELETE FROM public.here WHERE id > 50");
            RunningPair.execute(other, "INSERT INTO public.there SELECT i, 'c' FROM generate_series(101, 130) i");
            awaitCount(other, "SELECT count(*) FROM public.here", 50);
            try (RunningPair again = RunningPair.start(mirror)) {
                awaitCount(one, CHANGED.formatted("there", "c"), 30);
                assertThat(again.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
                assertThat(there.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
                assertThat(there.perform(new TaskCommand.Switchover(SwitchMode.DRY_RUN, false))
                                .error()
                                .orElseThrow())
                        .contains("opposite direction: " + mirror.name());
            }
            // The mirror was released: the first task follows as before.
            RunningPair.execute(one, "UPDATE public.here SET note = 'd'");
            awaitCount(other, CHANGED.formatted("here", "d"), 50);
            assertThat(there.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
        }
    }

    @Test
    void isNotPreparedWhereTheFirstTaskDoesNotFlowTheOtherWay(Servers servers) throws Exception {
        DatabaseSettings one = servers.freshDatabase(14);
        DatabaseSettings other = servers.freshDatabase(17);
        DatabaseSettings third = servers.freshDatabase(17);
        RunningPair.execute(one, STRUCTURE);
        RunningPair.execute(third, STRUCTURE);
        TaskFile first = TaskFiles.of(servers, one, other);
        try (RunningPair there = RunningPair.start(first)) {
            TaskFile wrong =
                    TaskFiles.of(servers, other, third).asMirrorOf(there.task().name());

            assertThatThrownBy(() -> new Pipeline(wrong, PipelineListener.NONE).run(RunOptions.to(RunGoal.NONE)))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("captures another database than the destination");

            new Release(wrong).run(true);
        }
    }

    private static TaskFile mirrorOf(TaskFile first, Servers servers) {
        TaskFile mirror = TaskFiles.of(
                servers, first.destination().database(), first.source().database());
        assertThat(mirror.destination().existing()).isEqualTo(DestinationSettings.Existing.FAIL);
        return mirror.asMirrorOf(first.name());
    }

    /** Each task applies its own heartbeats and nothing else: a position row that came back would make a cut more each time. */
    private static void assertIdle(RunningPair there, RunningPair back) throws Exception {
        for (RunningPair pair : List.of(there, back)) {
            long began = beats(pair);
            awaitBeats(pair, began + 2);
            long cutsBesideBeats = cutsBesideBeats(pair);
            String rows = rows(there.source()) + rows(there.destination());
            awaitBeats(pair, began + 6);

            assertThat(cutsBesideBeats(pair)).isLessThanOrEqualTo(cutsBesideBeats);
            assertThat(rows(there.source()) + rows(there.destination())).isEqualTo(rows);
        }
    }

    private static void awaitBeats(RunningPair pair, long beats) {
        await().atMost(Duration.ofMinutes(1)).until(() -> beats(pair) >= beats);
    }

    private static long beats(RunningPair pair) throws SQLException {
        return ofApplied(pair, "sequence");
    }

    /** Each cut takes two offsets, with the mark of its Kafka transaction. */
    private static long cutsBesideBeats(RunningPair pair) throws SQLException {
        return ofApplied(pair, "cut_offset / 2 - sequence");
    }

    private static long ofApplied(RunningPair pair, String what) throws SQLException {
        return Long.parseLong(RunningPair.query(
                pair.destination(),
                "SELECT " + what + " FROM dts_sync.apply_position JOIN dts_sync.heartbeat USING (task) WHERE task = '"
                        + pair.task().name() + "'"));
    }

    /** Every version of a row has an xmin of its own. */
    private static String rows(DatabaseSettings database) throws SQLException {
        return RunningPair.query(database, """
                SELECT md5(string_agg(concat(tableoid, xmin, id), ',' ORDER BY tableoid, id))
                FROM (SELECT tableoid, xmin, id FROM public.here UNION ALL SELECT tableoid, xmin, id FROM public.there) rows
                """);
    }

    private static void awaitCount(DatabaseSettings database, String sql, int count) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> RunningPair.query(database, sql).equals(Integer.toString(count)));
    }
}
