package org.dtssync.app.testing;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The command line as a person starts it: a process of its own, with an environment, two outputs and an exit code.
 *
 * <p>Immutable. What a process writes goes to files in its directory, so that no pipe can fill up.
 *
 * @param directory where the processes work and write
 * @param environment what is added to this process's environment
 * @param memory options of Java's that set its memory
 */
public record CommandLineProcess(Path directory, Map<String, String> environment, List<String> memory) {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** What scripts/dts-sync sets unless it is told otherwise. */
    private static final List<String> USUAL =
            List.of("-XX:+UseParallelGC", "-XX:NewRatio=1", "-XX:+ExitOnOutOfMemoryError", "-Xmx512m");

    /** A process in little memory, as most tests need no more. */
    public CommandLineProcess(Path directory, Map<String, String> environment) {
        this(directory, environment, List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    }

    /** Returns a process with the memory that scripts/dts-sync gives it. */
    public static CommandLineProcess ofUsualMemory(Path directory) {
        return new CommandLineProcess(directory, Map.of(), USUAL);
    }

    /**
     * What came of a command.
     *
     * @param exitCode its exit code
     * @param out its standard output
     * @param err its standard error
     */
    public record Outcome(int exitCode, String out, String err) {}

    /** A command on its way. */
    public record Started(Process process, Path out, Path err) {

        /** Returns what it has written to standard error so far. */
        public String errSoFar() throws IOException {
            return Files.readString(err);
        }

        /** Sends SIGTERM. */
        public void terminate() {
            process.destroy();
        }

        /** Waits for the end; kills it when it takes too long. */
        public Outcome await() throws IOException, InterruptedException {
            return await(LIMIT);
        }

        /** Waits for the end; kills it when it takes longer than that. */
        public Outcome await(Duration limit) throws IOException, InterruptedException {
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("The command did not end: " + Files.readString(err));
            }
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        }
    }

    /** Runs a command to its end. */
    public Outcome run(String... arguments) throws IOException, InterruptedException {
        return start(arguments).await();
    }

    /** Starts a command. */
    public Started start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of(
                "-Ddts.sync.home=" + System.getProperty("dts.sync.home"),
                "-Duser.timezone=" + System.getProperty("user.timezone"),
                "-Duser.language=" + System.getProperty("user.language"),
                "-cp",
                classPath(),
                "org.dtssync.app.cli.DtsSync"));
        command.addAll(Arrays.asList(arguments));
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new Started(builder.start(), out, err);
    }

    /** The product's class path: not that of the tests, which has another logging configuration. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Writes a file into the directory and returns its path. */
    public String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8)
                .toString();
    }
}
