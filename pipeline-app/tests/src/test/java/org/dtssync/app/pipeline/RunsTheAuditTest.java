package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The audit in docs/replay.md, from question to signed statement: its commands are run, and what they print has the form shown there. */
@ExtendWith(ServersExtension.class)
class RunsTheAuditTest {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^   ```(text)?\\n(.*?)^   ```$");

    private static final Pattern LSN = Pattern.compile("[0-9A-F]+/[0-9A-F]+");

    private static Path project() {
        return Path.of(System.getProperty("dts.sync.home"))
                .resolve("../../../..")
                .normalize();
    }

    @Test
    void theAuditLeadsFromTheQuestionToASignedStatement(Servers servers, @TempDir Path directory) throws Exception {
        assumeTrue(exists("openssl") && exists("jq"), "openssl or jq is not installed");
        MovedTask moved = MovedTask.of(
                        servers,
                        17,
                        "CREATE TABLE public.orders (id int PRIMARY KEY, status text)",
                        "INSERT INTO public.orders VALUES (1, 'open')")
                .move();
        moved.atSource("INSERT INTO public.orders VALUES (42, 'open')");
        moved.move();
        moved.atSource("UPDATE public.orders SET status = 'paid' WHERE id = 42");
        moved.move();
        TaskText text = TaskText.of(servers, moved.source(), moved.destination());
        Files.writeString(
                directory.resolve("shop.yaml"),
                new TaskText(moved.task().name(), text.source(), text.destination(), text.kafka(), text.registry())
                        .toString());
        String page = Files.readString(project().resolve("docs/replay.md"));
        Matcher blocks = BLOCK.matcher(page.substring(page.indexOf("\n## An audit")));
        Matcher first = LSN.matcher(page.substring(page.indexOf("\n## An audit")));
        assertThat(first.find()).isTrue();
        String lsn = "";
        String printed = "";
        int commands = 0;
        while (blocks.find()) {
            String block = blocks.group(2).strip();
            if (blocks.group(1) == null) {
                printed = run(
                        directory, block.replace(first.group(), lsn).replaceAll("--from 2026[^ ]*", "--from " + lsn));
                commands++;
            } else if (block.startsWith("Proof")) {
                assertThat(Files.readString(directory.resolve("proof.json"))).contains("\"result\":\"intact\"");
                assertForm(run(directory, "jq -r .statement proof.json"), block);
            } else {
                assertForm(printed, block);
                Matcher last = LSN.matcher(printed);
                while (last.find()) {
                    lsn = last.group();
                }
            }
        }

        assertThat(commands).isEqualTo(5);
        assertThat(Files.readString(directory.resolve("transaction.ndjson")))
                .contains("\"op\":\"update\"", "\"after\":{\"id\":\"42\",\"status\":\"paid\"}");
        assertThat(printed).contains("Signature Verified Successfully");
    }

    /** Every line of the page is printed, with other positions, times, numbers and names. */
    private static void assertForm(String printed, String shown) {
        assertThat(general(printed)).containsAll(general(shown));
    }

    private static List<String> general(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            lines.add(line.strip()
                    .replaceAll("digest [0-9a-f.]+", "digest D")
                    .replaceAll("task \\w+", "task T")
                    .replaceAll("dts-sync [^ ]+$", "dts-sync V")
                    .replaceAll(LSN.pattern(), "L")
                    .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "N")
                    .replaceAll("\\b\\d+\\b", "0"));
        }
        return lines;
    }

    private static boolean exists(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + program).start().waitFor() == 0;
    }

    private static String run(Path directory, String commands) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "out", ".txt");
        Path err = Files.createTempFile(directory, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder("sh", "-e", "-c", commands)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DTS_SYNC_JAVA_OPTS", "-Xmx256m -XX:TieredStopAtLevel=1");
        builder.environment()
                .merge("PATH", project().resolve("scripts").toString(), (path, scripts) -> scripts + ":" + path);
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(commands + "\n" + Files.readString(out) + Files.readString(err))
                .isZero();
        return Files.readString(out);
    }
}
