package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.WarmCommandLine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads who mistypes a command or a task file: exit code 2, nothing on standard output. */
class UsageSentencesTest {

    @TempDir
    Path directory;

    private WarmCommandLine dtsSync;
    private CommandLineProcess process;

    @BeforeEach
    void start() {
        dtsSync = new WarmCommandLine(directory);
        process = new CommandLineProcess(directory, Map.of());
    }

    @Test
    void namesTheCommandThatWasMeant() throws Exception {
        assertUsage(process.run("runn", "shop.yaml"), """
                Unknown command runn. Did you mean run?
                Try 'dts-sync --help'.
                """);
    }

    @Test
    void namesTheCommandsWhereNoneIsGiven() throws Exception {
        Outcome outcome = dtsSync.run();

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .startsWith(
                        "No command given. Commands: evaluate, precheck, run, status, structure, ddl, verify, set, switchover,"
                                + " rollback, complete, cancel, release")
                .endsWith("Try 'dts-sync --help'.\n");
    }

    @Test
    void namesTheOptionThatWasMeant() throws Exception {
        assertUsage(dtsSync.run("run", "shop.yaml", "--untl", "verified"), """
                Unknown option --untl. Did you mean --until?
                Try 'dts-sync run --help'.
                """);
    }

    @Test
    void namesAnArgumentTooMany() throws Exception {
        assertUsage(dtsSync.run("status", "shop.yaml", "again"), """
                Unexpected argument again.
                Try 'dts-sync status --help'.
                """);
    }

    @Test
    void namesTheGoalsOfARun() throws Exception {
        assertUsage(
                dtsSync.run("run", "shop.yaml", "--until", "done"),
                "--until done is unknown. Use schema, snapshot, caught-up or verified.\n");
    }

    @Test
    void asksForTheTaskFile() throws Exception {
        assertUsage(dtsSync.run("status"), """
                Missing required parameter: 'TASK.yaml'.
                Try 'dts-sync status --help'.
                """);
        assertUsage(
                dtsSync.run("status", "shop.yaml"),
                "Task file shop.yaml does not exist. Give the path of a task file; docs/task-file.md has an example.\n");
        assertUsage(
                dtsSync.run("status", "/"),
                "Task file / cannot be read. Check that it is a file and that this account may read it.\n");
    }

    @Test
    void saysThatATaskFileIsEmpty() throws Exception {
        assertUsage(dtsSync.run("run", dtsSync.file("shop.yaml", "")), """
                Task file shop.yaml has 1 mistake:
                - The file is empty. Write at least name, source, destination, kafka and registry.
                """);
    }

    @Test
    void saysWhereATaskFileIsNoYaml() throws Exception {
        assertUsage(dtsSync.run("run", dtsSync.file("shop.yaml", "name: shop\nsource: { url: \"jdbc:\n")), """
                Task file shop.yaml has 1 mistake:
                - The file is not valid YAML at line 2. Check the indentation, the quotes and the brackets there.
                """);
    }

    @Test
    void listsEveryMistakeOfATaskFileAtOnce() throws Exception {
        String task = dtsSync.file("shop.yaml", """
                name: Shop!
                source:      { url: "jdbc:postgresql://127.0.0.1:1/shop", usr: migrator, password: "${env:NOT_SET_ANYWHERE}" }
                destination: { url: "postgres://127.0.0.1/shop", user: migrator, password: "${file:missing.txt}" }
                kafka:       { bootstrap.servers: "127.0.0.1:9092" }
                snapshot:    { workers: none, chunk.row: 10 }
                wal.warning: much
                """);

        assertUsage(dtsSync.run("run", task), """
                Task file shop.yaml has 10 mistakes:
                - name (line 1) is not a task's name: a lower-case letter, then up to 39 lower-case letters, digits or _. \
                Write for example: name: shop
                - Unknown key 'source.usr' (line 2). Did you mean 'source.user'?
                - source.password (line 2) names the environment variable NOT_SET_ANYWHERE, which is not set. \
                Set it: export NOT_SET_ANYWHERE=...
                - destination.url (line 3) does not begin with jdbc:postgresql://. \
                Write for example: url: "jdbc:postgresql://127.0.0.1:5433/shop"
                - destination.password (line 3) names the file missing.txt, which cannot be read (no such file). \
                Create it, readable for the account that runs dts-sync.
                - Unknown key 'snapshot.chunk.row' (line 5). Did you mean 'snapshot.chunk.rows'?
                - snapshot.workers (line 5) is 'none', which is not a whole number from 1 to 64. \
                Write for example: workers: 4
                - wal.warning (line 6) is 'much', which is not a size, a number of bytes, kB, MB, GB or TB. \
                Write for example: wal.warning: 10GB
                - source.user is missing. Write for example: user: migrator
                - registry is missing. Write for example: registry: { url: "http://127.0.0.1:8081" } or registry: embedded
                """);
    }

    @Test
    void writesMistakesAsJsonToo() throws Exception {
        Outcome outcome = process.run("run", "shop.yaml", "--log-format", "json");

        assertThat(new ObjectMapper().readTree(outcome.err()).get("message").asText())
                .isEqualTo(
                        "Task file shop.yaml does not exist. Give the path of a task file; docs/task-file.md has an example.");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    private static void assertUsage(Outcome outcome, String err) throws IOException {
        assertThat(outcome.err()).isEqualTo(err);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exitCode()).isEqualTo(2);
    }
}
