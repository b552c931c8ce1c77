package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything is that a measurement starts.
 *
 * @param project the project's directory
 * @param work where servers keep their data while they are measured
 * @param keep whether that stays when the run ends
 * @param heap the heap of dts-sync, as in {@code -Xmx}
 * @param variant what {@link Kind#VARIANT} starts
 * @param conditions how the servers are set
 * @param profile an agent to start dts-sync's JVM with, as in {@code -agentpath:}; empty for none
 */
record Layout(
        Path project,
        Path work,
        boolean keep,
        String heap,
        DtsSync.Build variant,
        Conditions conditions,
        String profile) {

    Path home() {
        return project.resolve("pipeline-app/cli/target/dts-sync");
    }

    private Path sandbox() {
        return project.resolve("pipeline-app/sandbox/target/sandbox");
    }

    Path newDirectory() {
        try {
            Files.createDirectories(work);
            return Files.createTempDirectory(work, "bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the benchmark's own class path: dts-sync's and these classes. */
    String classPath() {
        return project.resolve("pipeline-app/bench/target/classes") + ":" + home().resolve("lib") + "/*:"
                + sandbox().resolve("lib") + "/*";
    }

    /** Returns the class path of Debezium's engine as it comes. */
    String plainDebeziumClassPath() {
        Path libraries = project.resolve("pipeline-app/bench/target/bench/engine");
        if (!Files.isDirectory(libraries)) {
            throw new BenchException(libraries + " is missing. Start the benchmark with scripts/bench.");
        }
        return project.resolve("pipeline-app/bench/target/classes") + ":" + libraries + "/*";
    }

    /** Returns the class path of a Kafka Connect worker with Debezium's source and JDBC sink. */
    String connectClassPath() {
        Path libraries = project.resolve("pipeline-app/bench/target/bench/connect");
        if (!Files.isDirectory(libraries)) {
            throw new BenchException(libraries + " is missing. Start the benchmark with scripts/bench.");
        }
        // Avro and the registry's client, which are not part of Kafka: dts-sync's own converter does well there.
        return libraries + "/*:" + jar("dts-sync-stream-") + ":" + jar("dts-sync-ground-") + ":"
                + jar("dts-sync-schemas-") + ":" + jar("avro-");
    }

    Path jar(String prefix) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(home().resolve("lib"), prefix + "[0-9]*.jar")) {
            for (Path jar : found) {
                return jar;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new BenchException("The distribution has no " + prefix + "*.jar. Run scripts/build first.");
    }

    List<String> java(List<String> options, String classPath, Class<?> main, String... arguments) {
        return java(options, classPath, main.getName(), arguments);
    }

    List<String> java(List<String> options, String classPath, String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-Ddts.sync.home=" + home(), "-Ddts.sync.sandbox=" + sandbox(), "-cp", classPath, main));
        command.addAll(List.of(arguments));
        return command;
    }
}
