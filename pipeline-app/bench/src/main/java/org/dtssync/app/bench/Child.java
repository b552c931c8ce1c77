package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that is measured: started, accounted for by the operating system, ended. Not thread-safe. */
final class Child implements AutoCloseable {

    private static final int STOP_TIMEOUT_SECONDS = 60;
    private static final long LOOK_MILLIS = 100;
    private static final Pattern GARBAGE_COLLECTION = Pattern.compile("(\\d+)M->\\d+M\\(");

    private final String name;
    private final Process process;
    private final Path directory;
    private double cpuSeconds;
    private long residentMegabytes;

    private Child(String name, Process process, Path directory) {
        this.name = name;
        this.process = process;
        this.directory = directory;
    }

    /**
     * Starts a command; what it prints goes to {@code NAME.log} in the directory.
     *
     * @param environment what is added to this process's own environment
     */
    static Child start(String name, Path directory, Map<String, String> environment, List<String> command) {
        try {
            Files.createDirectories(directory);
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(
                            Redirect.appendTo(directory.resolve(name + ".log").toFile()));
            builder.environment().putAll(environment);
            return new Child(name, builder.start(), directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the option that makes a JVM write what {@link #peakHeapMegabytes} reads. */
    static String heapLogOption(String name, Path directory) {
        return "-Xlog:gc:file=" + directory.resolve(name + ".gc.log") + ":uptime";
    }

    Process process() {
        return process;
    }

    Path log() {
        return directory.resolve(name + ".log");
    }

    /** Returns the processor time of the process and those it started so far, in seconds; for one that has ended, the last sampled value. */
    double cpuSeconds() {
        look();
        return cpuSeconds;
    }

    /** Returns its peak memory so far, in MB; for one that has ended, the last sampled value. */
    long peakResidentMegabytes() {
        look();
        return residentMegabytes;
    }

    /** The operating system forgets a process that has ended, so it is sampled while waiting for it. */
    private void look() {
        cpuSeconds = Math.max(cpuSeconds, ProcessTimes.ofTree(process.pid()));
        residentMegabytes = Math.max(residentMegabytes, ProcessTimes.peakResidentMegabytes(process.pid()));
    }

    /** Returns the highest occupation of the heap that a collection began with, in MB; 0 if there was none. */
    long peakHeapMegabytes() {
        Path file = directory.resolve(name + ".gc.log");
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            long peak = 0;
            Matcher matcher = GARBAGE_COLLECTION.matcher(Files.readString(file));
            while (matcher.find()) {
                peak = Math.max(peak, Long.parseLong(matcher.group(1)));
            }
            return peak;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails if the process has ended by itself. */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new BenchException(name + " ended with exit code " + process.exitValue() + ". See " + log() + ".");
        }
    }

    /** Waits until it ends; returns its exit code. */
    int await(long timeoutSeconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        boolean ended = false;
        while (!ended && System.nanoTime() < deadline) {
            look();
            ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (!ended) {
            throw new BenchException(name + " did not end within " + timeoutSeconds + " s. See " + log() + ".");
        }
        return process.exitValue();
    }

    /** Waits until it ends with exit code 0. */
    void awaitSuccess(long timeoutSeconds) throws InterruptedException {
        int exit = await(timeoutSeconds);
        if (exit != 0) {
            throw new BenchException(name + " ended with exit code " + exit + ". See " + log() + ".");
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
