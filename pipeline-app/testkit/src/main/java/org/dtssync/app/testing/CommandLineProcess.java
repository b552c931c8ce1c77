package org.dtssync.app.testing;

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
import java.util.stream.Stream;

/**
 * {@code scripts/dts-sync} as a person starts it: a process of its own, with an environment, two outputs and an exit code.
 *
 * <p>Immutable. What a process writes goes to files in its directory, so that no pipe can fill up.
 *
 * @param directory where the processes work and write
 * @param environment what is added to this process's environment
 * @param memory options of Java's that set its memory
 */
public record CommandLineProcess(Path directory, Map<String, String> environment, List<String> memory) {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** The default of scripts/dts-sync. */
    private static final List<String> USUAL = List.of("-Xmx512m");

    /** Most tests need no more memory. Most processes end so soon that it does not pay to compile what is called a few hundred times. */
    private static final List<String> SHORT = List.of(
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            "-XX:Tier3InvocationThreshold=1000",
            "-XX:Tier3MinInvocationThreshold=500",
            "-XX:Tier3CompileThreshold=5000");

    /** A process in little memory that lives for seconds. */
    public CommandLineProcess(Path directory, Map<String, String> environment) {
        this(directory, environment, SHORT);
    }

    /** Returns a process with the memory that scripts/dts-sync gives it. */
    public static CommandLineProcess ofUsualMemory(Path directory) {
        return new CommandLineProcess(directory, Map.of(), USUAL);
    }

    /**
     * The outcome of a command.
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
        return started(List.of(), arguments);
    }

    /** Starts a command none of whose files may become larger than so many blocks of 512 bytes: at that size its disk is full. */
    public Started startWithin(int blocks, String... arguments) throws IOException {
        return started(List.of("sh", "-c", "ulimit -f " + blocks + " && exec \"$@\"", "sh"), arguments);
    }

    private Started started(List<String> before, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(script().toString());
        command.addAll(Arrays.asList(arguments));
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DTS_SYNC_JAVA_OPTS", options());
        builder.environment().putAll(environment);
        return new Started(builder.start(), out, err);
    }

    /** The shell puts Java in its own place, so that the process is Java's. */
    private static Path script() {
        Path project = Path.of(System.getProperty("dts.sync.home")).resolve("../../../..");
        return project.resolve("scripts/dts-sync").normalize();
    }

    private String options() {
        Stream<String> place = Stream.of("user.timezone", "user.language")
                .filter(name -> System.getProperty(name) != null)
                .map(name -> "-D" + name + "=" + System.getProperty(name));
        return Stream.concat(memory.stream(), place).collect(Collectors.joining(" "));
    }

    /** Writes a file into the directory and returns its path. */
    public String file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8)
                .toString();
    }
}
