package org.dtssync.app.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.jspecify.annotations.Nullable;

/**
 * {@code dts-sync run} as a person keeps it running: started again after {@code kill -9}, and otherwise expected to stay. Not
 * thread-safe.
 */
final class RunningTask implements AutoCloseable {

    private static final long STOP_TIMEOUT_SECONDS = 60;
    private static final int BEGIN_ATTEMPTS = 5;
    private static final long POLL_MILLIS = 20;
    private static final int LINES_SHOWN = 12;

    /** A line of a stack trace, or one that begins it. */
    private static final Pattern TRACE = Pattern.compile(
            "^\\s+at [\\w.$/<>]+\\(|^\\s*Caused by: |^Exception in thread |^(\\w+\\.)+\\w+(Exception|Error)\\b");

    private final CommandLineProcess commandLine;
    private final String taskFile;
    private final List<Path> logs = new ArrayList<>();
    private @Nullable Started started;
    private int starts;

    RunningTask(Path directory, String taskText) throws IOException {
        this.commandLine = new CommandLineProcess(directory, Map.of());
        this.taskFile = commandLine.file("task.yaml", taskText);
    }

    void start() throws IOException {
        started = commandLine.start("run", taskFile);
        logs.add(started.err());
        starts++;
    }

    /**
     * Starts it and waits until it says that a phase began. A precheck that does not reach a server in time, which happens on a
     * loaded machine, says to run it again, and so it is.
     */
    void begin(String phase, long limitSeconds) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            start();
            try {
                awaitPhase(phase, limitSeconds);
                return;
            } catch (ChaosException e) {
                if (attempt == BEGIN_ATTEMPTS || !started().errSoFar().contains("run precheck again")) {
                    throw e;
                }
            }
        }
    }

    private Started started() {
        return Objects.requireNonNull(started, "It was not started.");
    }

    /** Returns how often it was started. */
    int starts() {
        return starts;
    }

    /** Waits until it says that a phase began. */
    void awaitPhase(String phase, long limitSeconds) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(limitSeconds);
        while (!started().errSoFar().contains("phase=" + phase)) {
            requireAlive();
            if (System.nanoTime() > deadline) {
                throw new ChaosException("Phase " + phase + " did not begin within " + limitSeconds + " s: " + tail());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    /** Ends it with {@code kill -9}. */
    void kill() throws InterruptedException {
        started().process().destroyForcibly().waitFor();
    }

    /** Fails if it ended by itself: no fault of a server's or a network's is a reason to. */
    void requireAlive() throws IOException {
        if (!started().process().isAlive()) {
            throw new ChaosException("dts-sync run ended by itself with exit code "
                    + started().process().exitValue() + ": " + tail());
        }
    }

    /**
     * Fails if the log of any start has a line of a stack trace: servers that end, freeze and refuse are expected, and each is a sentence.
     */
    void requireNoTraces() throws IOException {
        for (Path log : logs) {
            List<String> traces = Files.readString(log)
                    .lines()
                    .filter(line -> TRACE.matcher(line).find())
                    .toList();
            if (!traces.isEmpty()) {
                throw new ChaosException("The log " + log + " has " + traces.size() + " lines of stack traces:\n  "
                        + String.join("\n  ", traces.subList(0, Math.min(traces.size(), LINES_SHOWN))));
            }
        }
    }

    /** Returns the last lines of what it wrote to standard error. */
    String tail() throws IOException {
        List<String> lines = started().errSoFar().lines().toList();
        return "\n  "
                + String.join("\n  ", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()))
                + "\n  (" + started().err() + ")";
    }

    /** Ends it in order and releases the task; both must succeed. */
    void stopAndRelease() throws IOException, InterruptedException {
        started().terminate();
        if (!started().process().waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                || started().process().exitValue() != 0) {
            throw new ChaosException("dts-sync run did not end in order: " + tail());
        }
        Outcome released = commandLine.run("release", taskFile, "--topics");
        if (released.exitCode() != 0) {
            throw new ChaosException("The task could not be released: " + released.err());
        }
    }

    @Override
    public void close() {
        if (started != null) {
            started().process().destroyForcibly();
        }
    }
}
