package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
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

/** A comparison that was killed goes on, and the source is not read faster than the task file allows. */
@ExtendWith(ServersExtension.class)
class VerifySurvivesKillTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String EQUAL_SLICES = "SELECT count(rows) FROM dts_sync.comparison_slice";

    @TempDir
    Path directory;

    @Test
    void goesOnWithTheSlicesThatWereNotCompared(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        DatabaseSettings destination = servers.freshDatabase(17);
        PooledShop.execute(
                source,
                "CREATE TABLE public.item (id int PRIMARY KEY, note text);"
                        + " INSERT INTO public.item SELECT i, 'n' || i FROM generate_series(1, 12000) i; ANALYZE");
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        String task = dtsSync.file(
                "task.yaml",
                TaskText.of(servers, source, destination) + "verify: { rows.per.second: 2000 }\n"
                        + "snapshot: { workers: 1 }\n");
        Outcome loaded = dtsSync.run("run", task, "--until", "caught-up");
        assertThat(loaded.exitCode()).as(loaded.err()).isZero();

        Started killed = new CommandLineProcess(directory, Map.of()).start("verify", task);
        try {
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !killed.process().isAlive() || equalSlices(destination) >= 2);
            assertThat(killed.process().isAlive()).as(killed.errSoFar()).isTrue();
        } finally {
            killed.process().destroyForcibly().waitFor();
        }
        int before = equalSlices(destination);
        assertThat(before).isBetween(2, 5);
        PooledShop.execute(destination, "UPDATE public.item SET note = '' WHERE id = 12000");

        Running run = dtsSync.start("run", task);
        Outcome verified;
        try {
            await().atMost(LIMIT).until(() -> run.errSoFar().contains("phase=incremental"));
            verified = dtsSync.run("verify", task, "--json");
        } finally {
            run.close();
        }

        assertThat(run.errSoFar()).contains("Resuming an interrupted verification.", "rows=" + before * 2000);
        assertThat(verified.exitCode()).as(verified.err()).isEqualTo(4);
        assertThat(verified.err()).containsPattern("Verifying\\. rows=\\d+ estimated_rows=12000 eta_seconds=");
        assertThat(new ObjectMapper().readTree(verified.out()).get("tables").toString())
                .isEqualTo("[{\"schema\":\"public\",\"table\":\"item\",\"rows\":12000,\"equal\":false,\"missing\":0,"
                        + "\"extra\":0,\"changed\":1}]");
        assertThat(equalSlices(destination)).isZero();
        assertThat(dtsSync.run("release", task, "--topics").exitCode()).isZero();
    }

    private static int equalSlices(DatabaseSettings destination) throws Exception {
        return Integer.parseInt(PooledShop.query(destination, EQUAL_SLICES));
    }
}
