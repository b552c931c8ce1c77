package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.Failpoint.Action;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task whose processes die at failpoints.
 *
 * @param directory where its processes work
 * @param file its task file
 */
record FailpointTask(Path directory, String file) {

    private static final Logger LOG = LoggerFactory.getLogger(FailpointTask.class);

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /**
     * A place and the command that comes by.
     *
     * @param point the place
     * @param pass at which pass
     * @param command the command and its options
     */
    record Strike(Failpoint point, int pass, List<String> command) {

        static Strike of(Failpoint point, int pass, String... command) {
            return new Strike(point, pass, List.of(command));
        }
    }

    static FailpointTask create(Path directory, String text) throws IOException {
        return new FailpointTask(directory, new CommandLineProcess(directory, Map.of()).file("task.yaml", text));
    }

    /** Runs a command that dies on its way: about half of them by themselves, the others by {@code kill -9} while they stand there. */
    void strike(Strike strike) throws IOException, InterruptedException {
        Action action = strike.point().name().length() % 2 == 0 ? Action.HALT : Action.FREEZE;
        CommandLineProcess dtsSync = new CommandLineProcess(
                directory, Map.of(Failpoint.VARIABLE, strike.point().at(strike.pass(), action)));
        Started started = dtsSync.start(arguments(strike.command().toArray(String[]::new)));
        try {
            awaitReached(started, strike);
            assertThat(started.errSoFar()).as("%s", strike).contains(sentence(strike));
            if (action == Action.HALT) {
                assertThat(started.await(LIMIT).exitCode()).as("%s", strike).isEqualTo(Failpoint.EXIT_CODE);
            }
        } finally {
            started.process().destroyForcibly().waitFor();
        }
    }

    /** Runs a command that meets an unexpected error on its way, in whatever thread: one sentence and the trace in a file say so. */
    void fail(Strike strike) throws IOException, InterruptedException {
        Outcome outcome = new CommandLineProcess(
                        directory, Map.of(Failpoint.VARIABLE, strike.point().at(strike.pass(), Action.ERROR)))
                .start(arguments(strike.command().toArray(String[]::new)))
                .await(LIMIT);
        String cause = "InternalError: failpoint " + strike.point().label() + ".";
        assertThat(outcome.exitCode()).as("%s: %s", strike, outcome.err()).isEqualTo(ExitCode.FAILED);
        String sentence =
                outcome.err().lines().toList().get((int) outcome.err().lines().count() - 1);
        assertThat(sentence).as("%s", strike).startsWith("An unexpected error ").contains(cause + " The trace is in ");
        assertThat(outcome.err()).as("%s", strike).doesNotContain("\tat ");
        Path trace = directory.resolve(sentence.replaceFirst(".*The trace is in (\\S+)[.] .*", "$1"));
        assertThat(trace)
                .as("%s", strike)
                .content()
                .contains(cause.substring(0, cause.length() - 1), "\tat org.dtssync.");
        Files.delete(trace);
    }

    /** Returns also if it is never reached: what the process wrote says why. */
    private static void awaitReached(Started started, Strike strike) {
        try {
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() ->
                            !started.process().isAlive() || started.errSoFar().contains(sentence(strike)));
        } catch (ConditionTimeoutException e) {
            LOG.warn(
                    "A failpoint was not reached in time. name={}",
                    strike.point().label());
        }
    }

    private static String sentence(Strike strike) {
        return "Failpoint " + strike.point().label() + " reached, pass " + strike.pass() + ".";
    }

    /** Runs a command that nothing interrupts, and which has to succeed. */
    Outcome succeed(String... command) throws IOException, InterruptedException {
        Outcome outcome =
                new WarmCommandLine(directory).start(arguments(command)).await(LIMIT);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return outcome;
    }

    private String[] arguments(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add(1, file);
        return arguments.toArray(String[]::new);
    }
}
