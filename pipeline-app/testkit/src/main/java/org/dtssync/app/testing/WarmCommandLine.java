package org.dtssync.app.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.cli.DtsSync;
import org.dtssync.app.testing.CommandLineProcess.Outcome;

/**
 * The command line in a thread of the test's own process: the same commands, outputs and exit codes as a {@link CommandLineProcess}
 * without its start, which takes longer than most commands. For tests of what commands do and say. What a process is asked for itself
 * needs one of its own: signals, a sudden end, its environment, memory, default language and {@code --log-format}.
 *
 * <p>Immutable.
 *
 * @param directory where {@link #file} writes
 */
public record WarmCommandLine(Path directory) {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** A command on its way. Thread-safe. */
    public static final class Running implements AutoCloseable {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final AtomicInteger exitCode = new AtomicInteger();
        private final CountDownLatch ended = new CountDownLatch(1);
        private final Thread thread;

        private Running(String... arguments) {
            thread = new Thread(() -> work(arguments), "command");
        }

        private void work(String... arguments) {
            CommandLog.of(err);
            exitCode.set(DtsSync.run(
                    new PrintWriter(out, false, StandardCharsets.UTF_8),
                    new PrintWriter(err, true, StandardCharsets.UTF_8),
                    arguments));
            ended.countDown();
        }

        /** Returns what it has written to standard error so far. */
        public String errSoFar() {
            return err.toString(StandardCharsets.UTF_8);
        }

        /** Returns whether it has not ended. */
        public boolean isAlive() {
            return thread.isAlive();
        }

        /** Waits for the end. */
        public Outcome await() throws InterruptedException {
            return await(LIMIT);
        }

        /** Waits for the end; interrupts it when it takes longer than that. */
        public Outcome await(Duration limit) throws InterruptedException {
            thread.join(limit.toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                throw new AssertionError("The command did not end: " + errSoFar());
            }
            // Not where the thread died of something that no command ends with.
            if (!ended.await(0, TimeUnit.SECONDS)) {
                throw new AssertionError("The command broke off: " + errSoFar());
            }
            return new Outcome(exitCode.get(), out.toString(StandardCharsets.UTF_8), errSoFar());
        }

        /** Interrupts it if it has not ended, and waits for its end. */
        @Override
        public void close() throws InterruptedException {
            thread.interrupt();
            thread.join(LIMIT.toMillis());
        }
    }

    /** Runs a command to its end. */
    public Outcome run(String... arguments) throws InterruptedException {
        return start(arguments).await();
    }

    /** Starts a command. */
    public Running start(String... arguments) {
        Running running = new Running(arguments);
        running.thread.start();
        return running;
    }

    /** Writes a file into the directory and returns its path. */
    public String file(String name, String text) throws IOException {
        return new CommandLineProcess(directory, Map.of()).file(name, text);
    }
}
