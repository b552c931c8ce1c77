package org.dtssync.app.chaos;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A connection on which nothing answers is noticed, retried and waited for; and signals are obeyed meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FrozenLinksTest {

    /** As docs/troubleshooting.md says, and a little for a machine that is busy with other tests. */
    private static final Duration NOTICED = Duration.ofMinutes(2);

    private MovedTask moved;

    @BeforeAll
    void moveADatabase(@TempDir Path directory) throws Exception {
        moved = MovedTask.open(directory);
    }

    @AfterAll
    void close() {
        moved.close();
    }

    @AfterEach
    void everythingIsBack() throws IOException, InterruptedException {
        moved.bringEverythingBack();
    }

    @Test
    void aConnectionOnWhichNothingAnswersIsNoticedAndTriedAgainOnEachLink() throws Exception {
        Started run = moved.dtsSync().start("run", moved.task());
        try {
            moved.awaitAny(run, MovedTask.START, "Entering phase. ", "phase=incremental");
            moved.assertCarriesOn(run);

            moved.stage().sourceLink().freeze();
            moved.stage().destinationLink().freeze();
            moved.awaitAny(run, NOTICED, MovedTask.RETRYING, "part=lease");
            moved.awaitAny(run, NOTICED, MovedTask.RETRYING, "part=commands");
            moved.awaitAny(run, NOTICED, MovedTask.RETRYING, "part=heartbeat");
            moved.awaitAny(run, NOTICED, MovedTask.RETRYING, "part=capture", "from slot");
            moved.stage().sourceLink().thaw();
            moved.stage().destinationLink().thaw();
            moved.assertCarriesOn(run);

            moved.stage().broker().link().freeze();
            moved.awaitAny(run, NOTICED, MovedTask.RETRYING, "part=capture", "Kafka");
            moved.stage().broker().link().thaw();
            moved.assertCarriesOn(run);
            moved.assertEndsInTime(run, 0);

            moved.stage().registryLink().freeze();
            Started second = moved.dtsSync().start("run", moved.task());
            try {
                moved.awaitAny(second, NOTICED, MovedTask.RETRYING, "part=capture", "registry");
                moved.stage().registryLink().thaw();
                moved.assertCarriesOn(second);
            } finally {
                second.process().destroyForcibly().waitFor();
            }
        } finally {
            run.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void signalsAreObeyedWhileNobodyAnswers() throws Exception {
        Started run = moved.dtsSync().start("run", moved.task());
        try {
            moved.awaitAny(run, MovedTask.START, "Entering phase. ", "phase=incremental");
            moved.stage().sourceLink().freeze();
            moved.stage().destinationLink().freeze();
            moved.stage().broker().link().freeze();
            moved.assertEndsInTime(run, 0);

            int before = moved.connections();
            List<Started> others = List.of(
                    moved.dtsSync().start("precheck", moved.task()),
                    moved.dtsSync().start("verify", moved.task()),
                    moved.dtsSync().start("status", moved.task()),
                    moved.dtsSync().start("structure", "list", moved.task()),
                    moved.dtsSync().start("switchover", moved.task()),
                    moved.dtsSync().start("release", moved.task()));
            // Their first line or none: what tells that they are at it is that they ask.
            await().atMost(MovedTask.START).until(() -> moved.connections() >= before + others.size());
            for (Started each : others) {
                moved.assertEndsInTime(each, 1);
            }
        } finally {
            run.process().destroyForcibly().waitFor();
        }
    }
}
