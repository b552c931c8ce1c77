package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.PooledShop;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.app.testing.WarmCommandLine.Running;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code set} changes, an active run follows. */
@ExtendWith(ServersExtension.class)
class SetTest {

    @TempDir
    Path directory;

    @Test
    void anActiveLoadFollowsItsLimit(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        PooledShop.execute(
                source,
                "CREATE TABLE public.item (id int PRIMARY KEY, note text);"
                        + " INSERT INTO public.item SELECT n, repeat('x', 100) FROM generate_series(1, 100000) n");
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        TaskText text = TaskText.of(servers, source, destination);
        String limit = "snapshot.rows.per.second";
        // At this rate the load takes more than a quarter of an hour.
        String task = dtsSync.file("task.yaml", text + "snapshot: { rows.per.second: 100, chunk.rows: 1000 }\n");

        Outcome early = dtsSync.run("set", task, limit + "=5000");
        assertThat(early.exitCode()).isEqualTo(2);
        assertThat(early.err()).contains("Task " + text.name() + " has not been started. Set it in the task file.");

        Running load = dtsSync.start("run", task, "--until", "caught-up");
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> dtsSync.run("status", task).out().contains("snapshot"));
        Outcome set = new CommandLineProcess(directory, Map.of()).run("set", task, limit + "=1000000");
        assertThat(set.exitCode()).as(set.err()).isZero();
        assertThat(set.err()).isEqualTo("Set " + limit + " to 1000000.\n");
        assertThat(dtsSync.run("set", task).out()).startsWith(limit + "=1000000 (set 20");

        Outcome loaded = load.await(Duration.ofMinutes(3));
        assertThat(loaded.exitCode()).as(loaded.err()).isZero();
        assertThat(PooledShop.query(destination, "SELECT count(*) FROM public.item"))
                .isEqualTo("100000");

        Outcome removed = dtsSync.run("set", task, limit + "=");
        assertThat(removed.err()).isEqualTo("Removed " + limit + ": the task file applies.\n");
        assertThat(dtsSync.run("set", task).out()).isEmpty();
        Outcome wrong = dtsSync.run("set", task, "snapshot.workers=8");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("There is no live setting 'snapshot.workers'.");
        Outcome cancelled = dtsSync.run("cancel", task);
        assertThat(cancelled.exitCode()).as(cancelled.err()).isZero();
    }
}
