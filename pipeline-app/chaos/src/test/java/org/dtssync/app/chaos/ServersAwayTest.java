package org.dtssync.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A server that is away or does not answer is noticed, tried again and waited for; and signals are obeyed meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServersAwayTest {

    private static final Duration START = Duration.ofMinutes(2);

    /** As docs/troubleshooting.md says, and a little for a machine that is busy with other tests. */
    private static final Duration NOTICED = Duration.ofMinutes(2);

    private static final String AGAIN = "Retrying. ";

    private Path directory;
    private Stage stage;
    private CommandLineProcess dtsSync;
    private String task;
    private int number;

    @BeforeAll
    void moveADatabase(@TempDir Path own) throws Exception {
        directory = own;
        stage = Stage.open(directory.resolve("stage"));
        stage.atSource().execute("CREATE TABLE public.witness (id int PRIMARY KEY)");
        dtsSync = new CommandLineProcess(directory, Map.of());
        task = dtsSync.file(
                "task.yaml",
                stage.taskFile()
                        .replace(
                                "transaction.timeout.ms",
                                "delivery.timeout.ms: \"12000\", request.timeout.ms: \"5000\", max.block.ms: \"8000\","
                                        + " transaction.timeout.ms")
                        .replace("registry: { ", "registry: { max.retries: \"0\", "));
        Outcome moved = dtsSync.run("run", task, "--until", "caught-up");
        assertThat(moved.exitCode()).as(moved.err()).isZero();
    }

    @AfterAll
    void close() {
        stage.close();
    }

    @Test
    void aRestartWaitsForEachServerInTurnAndCarriesOn() throws Exception {
        stage.destination().crash();
        Started waiting = dtsSync.start("run", task);
        awaitLine(waiting, START, AGAIN, "part=state", "destination");
        awaitLine(waiting, START, AGAIN, "part=state", "destination");
        assertEndsInTime(waiting, 0);

        Started run = dtsSync.start("run", task);
        try {
            awaitLine(run, START, AGAIN, "part=state", "destination");
            stage.source().crash();
            stage.broker().kill();
            stage.registry().crash();
            stage.destination().start();
            awaitLine(run, START, AGAIN, "part=lease", "source");
            stage.source().start();
            awaitLine(run, START, AGAIN, "part=capture", "Kafka");
            stage.broker().start();
            awaitLine(run, START, AGAIN, "part=capture", "registry");
            stage.registry().start();
            assertCarriesOn(run);
            assertEndsInTime(run, 0);
        } finally {
            run.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void aConnectionOnWhichNothingAnswersIsNoticedAndTriedAgainOnEachLink() throws Exception {
        Started run = dtsSync.start("run", task);
        try {
            awaitAny(run, START, "Entering phase. ", "phase=incremental");
            assertCarriesOn(run);

            stage.sourceLink().freeze();
            stage.destinationLink().freeze();
            awaitAny(run, NOTICED, AGAIN, "part=lease");
            awaitAny(run, NOTICED, AGAIN, "part=commands");
            awaitAny(run, NOTICED, AGAIN, "part=heartbeat");
            awaitAny(run, NOTICED, AGAIN, "part=capture", "from slot");
            stage.sourceLink().thaw();
            stage.destinationLink().thaw();
            assertCarriesOn(run);

            stage.broker().link().freeze();
            awaitAny(run, NOTICED, AGAIN, "part=capture", "Kafka");
            stage.broker().link().thaw();
            assertCarriesOn(run);
            assertEndsInTime(run, 0);

            stage.registryLink().freeze();
            Started second = dtsSync.start("run", task);
            try {
                awaitAny(second, NOTICED, AGAIN, "part=capture", "registry");
                stage.registryLink().thaw();
                assertCarriesOn(second);
            } finally {
                second.process().destroyForcibly().waitFor();
            }
        } finally {
            run.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void signalsAreObeyedWhileNobodyAnswers() throws Exception {
        Started run = dtsSync.start("run", task);
        try {
            awaitAny(run, START, "Entering phase. ", "phase=incremental");
            stage.sourceLink().freeze();
            stage.destinationLink().freeze();
            stage.broker().link().freeze();
            assertEndsInTime(run, 0);

            int before = connections();
            List<Started> others = List.of(
                    dtsSync.start("precheck", task),
                    dtsSync.start("verify", task),
                    dtsSync.start("status", task),
                    dtsSync.start("structure", "list", task),
                    dtsSync.start("switchover", task),
                    dtsSync.start("release", task));
            // Their first line or none: what tells that they are at it is that they ask.
            await().atMost(START).until(() -> connections() >= before + others.size());
            for (Started each : others) {
                assertEndsInTime(each, 1);
            }
        } finally {
            run.process().destroyForcibly().waitFor();
        }
    }

    /** A machine's disk that is full ends the broker, and with it the run, in a sentence; a run with space resumes. */
    @Test
    void aFullDiskUnderTheEmbeddedBrokerIsASentence() throws Exception {
        SmallDisk disk = SmallDisk.mount(directory.resolve("broker-disk"))
                .orElseGet(() -> Assumptions.abort("No small file system can be mounted here."));
        try (disk) {
            stage.atSource()
                    .execute("CREATE SCHEMA other; CREATE TABLE other.row (id int PRIMARY KEY, v text);"
                            + "INSERT INTO other.row VALUES (0, 'v')");
            String own = dtsSync.file("embedded.yaml", """
                    name: embedded
                    source: { url: "%s", user: %s }
                    destination: { url: "%s", user: %s }
                    kafka: embedded
                    registry: embedded
                    data.dir: "%s"
                    objects: { include: [ "other.*" ] }
                    """.formatted(
                            End.url(stage.source().port()),
                            End.USER,
                            End.url(stage.destination().port()),
                            End.USER,
                            disk.newDirectory("data")));
            Started run = dtsSync.start("run", own);
            try {
                awaitAny(run, START, "Entering phase. ", "phase=incremental");
                disk.fill();
                for (int i = 1; run.process().isAlive() && i <= 200; i++) {
                    stage.atSource()
                            .execute("INSERT INTO other.row SELECT g, repeat(md5(g::text), 30) FROM generate_series("
                                    + i * 1000 + ", " + (i * 1000 + 999) + ") g");
                    run.process().waitFor(200, TimeUnit.MILLISECONDS);
                }
                assertEndedInASentence(run.await());
            } finally {
                run.process().destroyForcibly().waitFor();
            }

            assertEndedInASentence(dtsSync.run("run", own));

            disk.free();
            Outcome resumed = dtsSync.run("run", own, "--until", "verified");
            assertThat(resumed.exitCode()).as(resumed.err()).isZero();
            Outcome released = dtsSync.run("release", own, "--topics");
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

    private int connections() {
        return stage.sourceLink().connections() + stage.destinationLink().connections();
    }

    private static void requireAlive(Started run) throws IOException {
        if (!run.process().isAlive()) {
            throw new ChaosException("The command ended by itself: " + run.errSoFar());
        }
    }

    @AfterEach
    void everythingIsBack() throws IOException, InterruptedException {
        thaw();
        stage.source().start();
        stage.destination().start();
        stage.broker().kill();
        stage.broker().start();
        stage.registry().start();
    }

    private void thaw() {
        stage.sourceLink().thaw();
        stage.destinationLink().thaw();
        stage.broker().link().thaw();
        stage.registryLink().thaw();
    }

    private static void assertEndsInTime(Started started, int exitCode) throws IOException, InterruptedException {
        started.terminate();
        assertThat(started.process().waitFor(5, TimeUnit.SECONDS))
                .as("ended within five seconds")
                .isTrue();
        Outcome outcome = started.await();
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
    }

    /** A row that is written now arrives. */
    private void assertCarriesOn(Started run) throws InterruptedException {
        int id = ++number;
        stage.atSource().executePatiently("INSERT INTO public.witness VALUES (" + id + ")");
        await().atMost(START).pollInterval(Duration.ofMillis(200)).until(() -> {
            requireAlive(run);
            return isThere(id);
        });
    }

    private boolean isThere(int id) throws SQLException {
        try (Connection destination = stage.atDestination().open()) {
            return End.query(destination, "SELECT 1 FROM public.witness WHERE id = " + id) != null;
        }
    }

    /** Waits for a line that holds all of these texts. */
    private static void awaitAny(Started run, Duration limit, String... texts) {
        await().atMost(limit).pollInterval(Duration.ofMillis(100)).until(() -> {
            requireAlive(run);
            return count(run, texts) > 0;
        });
    }

    /** Waits for a further line that holds all of these texts. */
    private static void awaitLine(Started run, Duration limit, String... texts) throws IOException {
        long before = count(run, texts);
        await().atMost(limit).pollInterval(Duration.ofMillis(100)).until(() -> {
            requireAlive(run);
            return count(run, texts) > before;
        });
    }

    private static long count(Started run, String... texts) throws IOException {
        return run.errSoFar()
                .lines()
                .filter(line -> List.of(texts).stream().allMatch(line::contains))
                .count();
    }
}
