package org.dtssync.app.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The quickstart as a process of its own, on the servers it starts itself, with few rows. Whole it runs once; that a run can
 * be ended in each phase of its pipeline is proven for the command line.
 */
class QuickstartTest {

    private static final long LIMIT_SECONDS = 180;

    @TempDir
    private Path temporary;

    @TempDir
    private Path directory;

    @Test
    void movesTheShopUnderLoadAndFindsEveryTableEqual() throws Exception {
        Process quickstart = start("--rows", "3000", "--seconds", "1");

        assertThat(quickstart.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();

        String out = Files.readString(directory.resolve("out"));
        assertThat(quickstart.exitValue()).as(said()).isZero();
        assertThat(out)
                .contains(
                        "Every table is equal.",
                        "switchover: done",
                        "rollback: done",
                        "p50",
                        "p95",
                        "p99",
                        "catch-up",
                        "incremental")
                .doesNotContain("DIFFERENT", "NOT SEEN");
        assertThat(out.lines().filter(line -> line.matches("(shop|audit)\\..* equal +equal")))
                .hasSizeGreaterThanOrEqualTo(12);
        assertNothingIsLeft(quickstart);
    }

    @Test
    void leavesNothingBehindWhenItIsInterrupted() throws Exception {
        Process quickstart = start("--rows", "3000", "--seconds", "600");
        await().atMost(Duration.ofSeconds(LIMIT_SECONDS)).until(() -> said().contains("Prepared. task=shop"));
        List<ProcessHandle> children = quickstart.descendants().toList();

        quickstart.destroy();

        assertThat(quickstart.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(quickstart.exitValue()).isEqualTo(1);
        assertThat(said()).contains("Interrupted. Everything has ended and its files are removed.");
        assertThat(children).isNotEmpty();
        await().atMost(Duration.ofSeconds(5)).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        assertNothingIsLeft(quickstart);
    }

    @Test
    void itsServersAndFilesGoWithItWhenItIsKilled() throws Exception {
        Process quickstart = start("--rows", "3000", "--seconds", "600");
        await().atMost(Duration.ofSeconds(LIMIT_SECONDS)).until(() -> said().contains("Making a sample shop"));

        quickstart.destroyForcibly();

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> assertNothingIsLeft(quickstart));
    }

    private Process start(String... arguments) throws IOException {
        Stream<String> java = Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                // Most of a short run is the start of its parts.
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-Ddts.sync.home=" + System.getProperty("dts.sync.home"),
                "-Ddts.sync.sandbox=" + System.getProperty("dts.sync.sandbox"),
                "-Ddts.sync.cache=" + System.getProperty("dts.sync.cache"),
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                Quickstart.class.getName());
        return new ProcessBuilder(Stream.concat(java, Stream.of(arguments)).toList())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    private String said() throws IOException {
        Path err = directory.resolve("err");
        return Files.exists(err) ? Files.readString(err, StandardCharsets.UTF_8) : "";
    }

    /** Only what the compression library unpacks may stay; servers and watches name the directory on their command lines. */
    private void assertNothingIsLeft(Process quickstart) throws IOException {
        assertThat(quickstart.isAlive()).isFalse();
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("dts-sync-quickstart-"))
                    .allMatch(name -> name.startsWith("liblz4-java-"));
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(ProcessHandle.allProcesses()
                                .flatMap(process -> process.info().commandLine().stream())
                                .filter(line -> line.contains(temporary.toString())))
                        .isEmpty());
    }
}
