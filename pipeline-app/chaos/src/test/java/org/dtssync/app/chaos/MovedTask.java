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

/** A task in phase incremental whose servers and links tests may stop and freeze. Closes its servers. */
final class MovedTask implements AutoCloseable {

    /** How long a command may take to start and do its first work. */
    static final Duration START = Duration.ofMinutes(2);

    /** How the log names a retry. */
    static final String RETRYING = "Retrying. ";

    private final Stage stage;
    private final CommandLineProcess dtsSync;
    private final String task;
    private int number;

    private MovedTask(Stage stage, CommandLineProcess dtsSync, String task) {
        this.stage = stage;
        this.dtsSync = dtsSync;
        this.task = task;
    }

    /** Starts the servers and moves a database with one table, {@code public.witness}. */
    static MovedTask open(Path directory) throws Exception {
        Stage stage = Stage.open(directory.resolve("stage"));
        stage.atSource().execute("CREATE TABLE public.witness (id int PRIMARY KEY)");
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = dtsSync.file(
                "task.yaml",
                stage.taskFile()
                        .replace(
                                "transaction.timeout.ms",
                                "delivery.timeout.ms: \"12000\", request.timeout.ms: \"5000\", max.block.ms: \"8000\","
                                        + " transaction.timeout.ms")
                        .replace("registry: { ", "registry: { max.retries: \"0\", "));
        Outcome moved = dtsSync.run("run", task, "--until", "caught-up");
        assertThat(moved.exitCode()).as(moved.err()).isZero();
        return new MovedTask(stage, dtsSync, task);
    }

    Stage stage() {
        return stage;
    }

    CommandLineProcess dtsSync() {
        return dtsSync;
    }

    /** Returns the path of the task file. */
    String task() {
        return task;
    }

    /** Returns how many connections to both databases are open. */
    int connections() {
        return stage.sourceLink().connections() + stage.destinationLink().connections();
    }

    @Override
    public void close() {
        stage.close();
    }

    private static void requireAlive(Started run) throws IOException {
        if (!run.process().isAlive()) {
            throw new ChaosException("The command ended by itself: " + run.errSoFar());
        }
    }

    /** Ends what a test did to the servers and links. */
    void bringEverythingBack() throws IOException, InterruptedException {
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

    /** Ends the command with SIGTERM, which may take five seconds. */
    void assertEndsInTime(Started started, int exitCode) throws IOException, InterruptedException {
        started.terminate();
        assertThat(started.process().waitFor(5, TimeUnit.SECONDS))
                .as("ended within five seconds")
                .isTrue();
        Outcome outcome = started.await();
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(exitCode);
    }

    /** A row that is written now arrives. */
    void assertCarriesOn(Started run) throws InterruptedException {
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
    void awaitAny(Started run, Duration limit, String... texts) {
        await().atMost(limit).pollInterval(Duration.ofMillis(100)).until(() -> {
            requireAlive(run);
            return count(run, texts) > 0;
        });
    }

    /** Waits for a further line that holds all of these texts. */
    void awaitLine(Started run, Duration limit, String... texts) throws IOException {
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
