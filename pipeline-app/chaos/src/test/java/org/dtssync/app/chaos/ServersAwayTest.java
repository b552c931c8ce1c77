package org.dtssync.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A server that is away is noticed and waited for; a broker whose disk is full ends its run in a sentence. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServersAwayTest {

    private Path own;
    private MovedTask moved;

    @BeforeAll
    void moveADatabase(@TempDir Path directory) throws Exception {
        own = directory;
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
    void aRestartWaitsForEachServerInTurnAndCarriesOn() throws Exception {
        moved.stage().destination().crash();
        Started waiting = moved.dtsSync().start("run", moved.task());
        moved.awaitLine(waiting, MovedTask.START, MovedTask.RETRYING, "part=state", "destination");
        moved.awaitLine(waiting, MovedTask.START, MovedTask.RETRYING, "part=state", "destination");
        moved.assertEndsInTime(waiting, 0);

        Started run = moved.dtsSync().start("run", moved.task());
        try {
            moved.awaitLine(run, MovedTask.START, MovedTask.RETRYING, "part=state", "destination");
            moved.stage().source().crash();
            moved.stage().broker().kill();
            moved.stage().registry().crash();
            moved.stage().destination().start();
            moved.awaitLine(run, MovedTask.START, MovedTask.RETRYING, "part=lease", "source");
            moved.stage().source().start();
            moved.awaitLine(run, MovedTask.START, MovedTask.RETRYING, "part=capture", "Kafka");
            moved.stage().broker().start();
            moved.awaitLine(run, MovedTask.START, MovedTask.RETRYING, "part=capture", "registry");
            moved.stage().registry().start();
            moved.assertCarriesOn(run);
            moved.assertEndsInTime(run, 0);
        } finally {
            run.process().destroyForcibly().waitFor();
        }
    }

    /** A machine's disk that is full ends the broker, and with it the run, in a sentence; a run with space resumes. */
    @Test
    void aFullDiskUnderTheEmbeddedBrokerIsASentence() throws Exception {
        SmallDisk disk = SmallDisk.mount(own.resolve("broker-disk"))
                .orElseGet(() -> Assumptions.abort("No small file system can be mounted here."));
        try (disk) {
            moved.stage()
                    .atSource()
                    .execute("CREATE SCHEMA other; CREATE TABLE other.row (id int PRIMARY KEY, v text);"
                            + "INSERT INTO other.row VALUES (0, 'v')");
            String embedded = moved.dtsSync().file("embedded.yaml", """
                    name: embedded
                    source: { url: "%s", user: %s }
                    destination: { url: "%s", user: %s }
                    kafka: embedded
                    registry: embedded
                    data.dir: "%s"
                    objects: { include: [ "other.*" ] }
                    """.formatted(
                            End.url(moved.stage().source().port()),
                            End.USER,
                            End.url(moved.stage().destination().port()),
                            End.USER,
                            disk.newDirectory("data")));
            Started run = moved.dtsSync().start("run", embedded);
            try {
                moved.awaitAny(run, MovedTask.START, "Entering phase. ", "phase=incremental");
                disk.fill();
                for (int i = 1; run.process().isAlive() && i <= 200; i++) {
                    moved.stage()
                            .atSource()
                            .execute("INSERT INTO other.row SELECT g, repeat(md5(g::text), 30) FROM generate_series("
                                    + i * 1000 + ", " + (i * 1000 + 999) + ") g");
                    run.process().waitFor(200, TimeUnit.MILLISECONDS);
                }
                assertEndedInASentence(run.await());
            } finally {
                run.process().destroyForcibly().waitFor();
            }

            assertEndedInASentence(moved.dtsSync().run("run", embedded));

            disk.free();
            Outcome resumed = moved.dtsSync().run("run", embedded, "--until", "verified");
            assertThat(resumed.exitCode()).as(resumed.err()).isZero();
            Outcome released = moved.dtsSync().run("release", embedded, "--topics");
            assertThat(released.exitCode()).as(released.err()).isZero();
        }
    }

    private static void assertEndedInASentence(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(1);
        assertThat(outcome.err()).doesNotContain("\tat ", "Caused by:");
        assertThat(outcome.err().lines().filter(line -> line.contains("The embedded Kafka broker in ")))
                .as(outcome.err())
                .hasSize(1);
    }
}
