package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.testing.BusyDatabase;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A run that is ended in any phase, in order or not, is gone on with by the same command, and nothing is lost or doubled. */
@ExtendWith(ServersExtension.class)
class SurvivesKillTest {

    private static final List<String> PHASES =
            List.of("precheck", "prepare", "capture", "schema", "snapshot", "catch-up", "finalize", "incremental");

    /** What a run writes where its standard error is no terminal. */
    private static final String BEGINS = "Entering phase. ";

    private static final Duration PHASE_LIMIT = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    @Test
    void resumesAfterKillInEachPhase(Servers servers) throws Exception {
        BusyDatabase source = new BusyDatabase(servers.freshDatabase(14)).create();
        BusyDatabase destination = new BusyDatabase(servers.freshDatabase(17));
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = task(dtsSync, servers, source, destination, "");

        try (BusyDatabase.Application application = source.startApplication()) {
            for (String phase : PHASES) {
                Started run = dtsSync.start("run", task);
                awaitPhase(run, phase);
                run.process().destroyForcibly().waitFor();
            }
            assertThat(application.stop()).isPositive();
        }
        assertEndsEqual(task, source, destination);
    }

    @Test
    void endsInOrderWithinFiveSecondsInEachPhase(Servers servers) throws Exception {
        BusyDatabase source = new BusyDatabase(servers.freshDatabase(17)).create();
        BusyDatabase destination = new BusyDatabase(servers.freshDatabase(18));
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = task(dtsSync, servers, source, destination, "");

        try (BusyDatabase.Application application = source.startApplication()) {
            for (String phase : PHASES) {
                Started run = dtsSync.start("run", task);
                awaitPhase(run, phase);
                run.terminate();
                assertThat(run.process().waitFor(5, TimeUnit.SECONDS))
                        .as("ended within five seconds in phase %s", phase)
                        .isTrue();
                Outcome outcome = run.await();
                assertThat(outcome.exitCode()).as(outcome.err()).isZero();
                assertThat(outcome.out()).isEmpty();
                assertThat(outcome.err()).contains("Stopped");
            }
            assertThat(application.stop()).isPositive();
        }
        assertEndsEqual(task, source, destination);
    }

    @Test
    void refusesASecondInstance(Servers servers) throws Exception {
        BusyDatabase source = new BusyDatabase(servers.freshDatabase(17)).create();
        BusyDatabase destination = new BusyDatabase(servers.freshDatabase(18));
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = task(dtsSync, servers, source, destination, "");
        Started first = dtsSync.start("run", task);
        try {
            awaitPhase(first, "incremental");
            Outcome second = dtsSync.run("run", task);
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err())
                    .contains(
                            "is already being run by another instance, process "
                                    + first.process().pid() + " on ",
                            ". Stop that instance first, or set second.instance: standby to wait for it.");
            assertThat(first.process().isAlive()).isTrue();
        } finally {
            first.process().destroyForcibly().waitFor();
        }
        assertEndsEqual(task, source, destination);
    }

    @Test
    void aStandbyTakesOverFromADeadAndFromAFrozenInstanceWhichCanWriteNothingAfterwards(Servers servers)
            throws Exception {
        BusyDatabase source = new BusyDatabase(servers.freshDatabase(14)).create();
        BusyDatabase destination = new BusyDatabase(servers.freshDatabase(17));
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String task = task(dtsSync, servers, source, destination, "second.instance: standby\n");

        try (BusyDatabase.Application application = source.startApplication()) {
            Started first = dtsSync.start("run", task);
            awaitPhase(first, "incremental");
            Started second = dtsSync.start("run", task);
            awaitText(second, "Waiting as standby");
            first.process().destroyForcibly().waitFor();
            awaitTakeOver(second);

            Started third = dtsSync.start("run", task);
            awaitText(third, "Waiting as standby");
            signal("STOP", second);
            try {
                awaitTakeOver(third);
            } finally {
                signal("CONT", second);
            }
            Outcome woken = second.await();
            assertThat(woken.exitCode()).isEqualTo(1);
            assertThat(woken.err()).contains("taken over");
            assertThat(third.process().isAlive()).isTrue();
            assertThat(application.stop()).isPositive();
            third.process().destroyForcibly().waitFor();
        }
        assertEndsEqual(task, source, destination);
    }

    private static String task(
            CommandLineProcess dtsSync, Servers servers, BusyDatabase source, BusyDatabase destination, String more)
            throws IOException {
        return dtsSync.file(
                "task.yaml",
                TaskText.of(servers, source.settings(), destination.settings()) + "snapshot: { chunk.rows: 500 }\n"
                        + more);
    }

    private static void awaitPhase(Started run, String phase) {
        // A run that is killed may have been further than it had told yet; the next one then begins behind the phase.
        await().atMost(PHASE_LIMIT)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> run.errSoFar()
                        .lines()
                        .filter(line -> line.contains(BEGINS))
                        .anyMatch(line -> isAtLeast(line.substring(line.lastIndexOf('=') + 1), phase)));
    }

    private static boolean isAtLeast(String entered, String phase) {
        return PHASES.indexOf(entered) >= PHASES.indexOf(phase);
    }

    private static void awaitText(Started run, String text) {
        await().atMost(PHASE_LIMIT).until(() -> run.errSoFar().contains(text));
    }

    private static void awaitTakeOver(Started standby) {
        await().atMost(Duration.ofSeconds(10)).until(() -> standby.errSoFar().contains("phase=incremental"));
    }

    private static void signal(String name, Started run) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(run.process().pid()))
                .start()
                .waitFor();
    }

    private void assertEndsEqual(String task, BusyDatabase source, BusyDatabase destination) throws Exception {
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        Outcome verified = dtsSync.run("run", task, "--until", "verified");
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        assertThat(destination.rows()).isEqualTo(source.rows());
        Outcome released = dtsSync.run("release", task, "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
    }
}
