package org.dtssync.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A capture that is killed in the middle of its work leaves every change in the cuts exactly once, in order. */
@ExtendWith(ServersExtension.class)
class CaptureSurvivesKillsTest {

    private static final int STARTS = 10;
    private static final long SEED = 3;

    @TempDir
    Path directory;

    @Test
    void everyChangeIsInTheCutsOnceAndInOrder(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(14);
        CaptureProcess capture = new CaptureProcess(
                servers.uniqueName(),
                source.url(),
                source.user(),
                servers.kafka().bootstrapServers(),
                servers.registry().url());
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);

        CaptureKillLoop.Result result = new CaptureKillLoop(directory, capture, SEED, out).run(STARTS);

        assertThat(result.starts()).isEqualTo(STARTS);
        assertThat(result.changes()).isGreaterThan(1_000);
    }
}
