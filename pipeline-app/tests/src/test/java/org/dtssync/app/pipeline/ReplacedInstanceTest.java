package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An instance that is replaced in the middle of a switchover changes nothing any more, not even to undo it. */
@ExtendWith(ServersExtension.class)
class ReplacedInstanceTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.customer (id int PRIMARY KEY, note text);
            CREATE SEQUENCE public.number;
            INSERT INTO public.customer SELECT i, 'old' FROM generate_series(1, 100) i;
            """;

    @Test
    void leavesEverythingToItsSuccessor(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        RunningPair.execute(source, STRUCTURE);
        RunningPair replaced = RunningPair.start(TaskFiles.of(servers, source, destination));
        try (Connection writer = replaced.spared(source);
                Connection blocker = replaced.spared(destination)) {
            writer.setAutoCommit(false);
            blocker.setAutoCommit(false);
            RunningPair.execute(writer, "LOCK TABLE public.customer IN ROW EXCLUSIVE MODE");
            CompletableFuture<?> switchover = replaced.begin(new TaskCommand.Switchover(SwitchMode.MOVE, true));
            replaced.awaitStep("fence");
            RunningPair.execute(blocker, "ALTER SEQUENCE public.number RESTART");
            writer.rollback();
            replaced.awaitStep("sequences");
            assertThat(switchover)
                    .as("the switchover, which waits for the sequence")
                    .isNotDone();

            // What a successor does that finds an instance frozen.
            RunningPair.execute(destination, "UPDATE dts_sync.fence SET epoch = epoch + 1");
            RunningPair.execute(writer, "UPDATE dts_sync.fence SET epoch = epoch + 1");
            writer.commit();
            blocker.rollback();
        }
        assertThatThrownBy(replaced::awaitEnd).hasMessageContaining("Another instance");
        assertThat(replaced.phase()).isEqualTo("switchover");
        assertThatThrownBy(() -> RunningPair.execute(source, "DELETE FROM public.customer"))
                .hasMessageContaining("read-only transaction");

        try (RunningPair successor = RunningPair.start(replaced.task())) {
            await().atMost(Duration.ofMinutes(1)).until(() -> successor.phase().equals("incremental"));
            RunningPair.execute(source, "UPDATE public.customer SET note = 'written after it was undone'");
            assertThat(successor
                            .perform(new TaskCommand.Switchover(SwitchMode.MOVE, false))
                            .result())
                    .isEqualTo(Result.DONE);
            successor.awaitPhase("reverse");
        }
    }
}
