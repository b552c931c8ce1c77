package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.dtssync.app.tasks.RunningTask;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever gives a command to a run does not give that run up too soon, and leaves nothing behind for the next one. */
@ExtendWith(ServersExtension.class)
class RunningTaskTest {

    private static final String STRUCTURE = "CREATE TABLE public.customer (id int PRIMARY KEY, note text);"
            + " INSERT INTO public.customer SELECT i, 'old' FROM generate_series(1, 100) i";

    /** Each sign of life comes as one that is too old, as those of a process that gets no processor do. */
    private static final String LATE_SIGNS_OF_LIFE = """
            CREATE SCHEMA late;
            CREATE FUNCTION late.sign() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.alive_at := pg_catalog.clock_timestamp() - interval '15 seconds';
                RETURN NEW;
            END $$;
            CREATE TRIGGER late BEFORE UPDATE ON dts_sync.instance FOR EACH ROW EXECUTE FUNCTION late.sign();
            UPDATE dts_sync.instance SET alive_at = alive_at;
            """;

    private RunningPair pair;

    @BeforeEach
    void start(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        RunningPair.execute(source, STRUCTURE);
        pair = RunningPair.start(TaskFiles.of(servers, source, servers.freshDatabase(17)));
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
    }

    @Test
    void awaitsTheCommandOfARunWhoseSignsOfLifeAreLate() throws Exception {
        RunningTask running = RunningTask.find(pair.task()).orElseThrow();
        RunningPair.execute(pair.destination(), LATE_SIGNS_OF_LIFE);
        assertThat(RunningTask.find(pair.task())).isEmpty();

        assertThat(running.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
    }

    @Test
    void takesBackWhatNoRunHasBegun() throws Exception {
        RunningTask running =
                RunningTask.find(pair.task(), Duration.ofMillis(500)).orElseThrow();
        pair.stop();

        assertThatThrownBy(() -> running.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("ended before the command switchover did");

        RunningPair next = RunningPair.start(pair.task());
        try {
            // Commands are done in the order they were given: had the first one been left behind, it would be done by
            // now.
            assertThat(next.perform(new TaskCommand.Verify()).result()).isEqualTo(Result.DONE);
            assertThat(next.phase()).isEqualTo("incremental");
            RunningPair.execute(pair.source(), "UPDATE public.customer SET note = 'still written here'");
        } finally {
            next.stop();
        }
    }

    @Test
    void takesBackWhatItWasInterruptedIn() throws Exception {
        RunningTask running = RunningTask.find(pair.task()).orElseThrow();
        pair.stop();
        Thread asking = new Thread(() -> {
            try {
                running.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true));
            } catch (InterruptedException e) {
                // As Ctrl-C does.
                return;
            }
        });
        asking.start();
        await().atMost(Duration.ofSeconds(60)).until(() -> states().equals("posted"));

        asking.interrupt();
        asking.join();

        assertThat(states()).isEqualTo("withdrawn");
    }

    private String states() throws Exception {
        return RunningPair.query(
                pair.destination(), "SELECT coalesce(string_agg(state, ','), '') FROM dts_sync.command");
    }
}
