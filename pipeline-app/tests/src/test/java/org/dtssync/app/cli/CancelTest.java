package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.PooledShop;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.TopicNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A task that no run is alive of is given up by the command itself, and once more is harmless. */
@ExtendWith(ServersExtension.class)
class CancelTest {

    private static final String OURS = """
            SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())
                   + (SELECT count(*) FROM pg_publication) + (SELECT count(*) FROM pg_namespace WHERE nspname = 'dts_sync')
            """;

    @TempDir
    Path directory;

    @Test
    void removesEverythingOfATaskThatNobodyRuns(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        PooledShop.execute(
                source,
                "CREATE TABLE public.item (id int PRIMARY KEY); INSERT INTO public.item SELECT generate_series(1, 20)");
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        TaskText text = TaskText.of(servers, source, destination);
        String task = dtsSync.file("task.yaml", text.toString());
        Outcome loaded = dtsSync.run("run", task, "--until", "caught-up");
        assertThat(loaded.exitCode()).as(loaded.err()).isZero();

        Outcome status = dtsSync.run("status", task);
        assertThat(status.out()).containsPattern("run          not alive, last sign of life 20.* on .* \\(pid \\d+\\)");
        assertThat(status.out()).as("nothing is applied any more").doesNotContainPattern("lag +0 ms");
        assertThat(dtsSync.run("status", task, "--json").out()).contains("\"running\":false,\"run\":{\"host\":");

        Outcome cancelled = new CommandLineProcess(directory, Map.of()).run("cancel", task);

        assertThat(cancelled.exitCode()).as(cancelled.err()).isZero();
        assertThat(cancelled.out()).isEmpty();
        assertThat(cancelled.err())
                .contains(
                        "Dropped replication slot dts_sync_" + text.name() + " at the source.",
                        "Dropped publication dts_sync_" + text.name() + " at the source.",
                        "Removed the state of task " + text.name() + " at the destination.");
        assertThat(PooledShop.query(source, OURS)).isEqualTo("0");
        assertThat(PooledShop.query(destination, OURS)).isEqualTo("0");
        try (KafkaTopics topics =
                new KafkaTopics(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()))) {
            assertThat(topics.all()).noneMatch(new TopicNames(text.name())::isOurs);
        }
        assertThat(PooledShop.query(destination, "SELECT count(*) FROM public.item"))
                .as("tables and rows stay")
                .isEqualTo("20");
        PooledShop.execute(source, "UPDATE public.item SET id = id + 100");

        Outcome again = dtsSync.run("cancel", task);
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.err()).isEqualTo("Nothing is left of task " + text.name() + ".\n");
    }
}
