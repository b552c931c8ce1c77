package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.dtssync.app.testing.BusyDatabase;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Applications are moved, data flows back, applications are moved back, and moved again. */
@ExtendWith(ServersExtension.class)
class SwitchoverTest {

    private static final String WRITES = """
            UPDATE public.customer SET balance = balance + 1 WHERE id % 7 = 0;
            INSERT INTO public.customer (email, note) SELECT 'new' || clock_timestamp() || i, 'x' FROM generate_series(1, 20) i;
            DELETE FROM public.customer WHERE id % 100 = 13;
            UPDATE public.line SET number = number + 1000 WHERE customer_id % 50 = 1;
            INSERT INTO public.event (at, body) VALUES (now(), '{"b": 2}');
            UPDATE public.log SET level = level + 1 WHERE line = 'line 3';
            UPDATE public."odd ""Name" SET "select" = 'z' WHERE "Ünï code" < 9;
            """;

    @TempDir
    Path directory;

    /** What a command says to a run in another process does not depend on its own. */
    private WarmCommandLine dtsSync;

    private CommandLineProcess process;
    private BusyDatabase source;
    private BusyDatabase destination;
    private String task;
    private String role;

    @BeforeEach
    void makeDatabases(Servers servers) throws Exception {
        source = new BusyDatabase(servers.freshDatabase(14)).create();
        destination = new BusyDatabase(servers.freshDatabase(17));
        dtsSync = new WarmCommandLine(directory);
        process = new CommandLineProcess(directory, Map.of());
        role = servers.uniqueName();
        for (BusyDatabase database : new BusyDatabase[] {source, destination}) {
            execute(database.settings(), "CREATE ROLE " + role + " LOGIN");
        }
        task = dtsSync.file(
                "task.yaml",
                TaskText.of(servers, source.settings(), destination.settings()) + "switchover: { application.roles: [ "
                        + role + " ], command: " + endpoint() + " }\n");
        execute(source.settings(), "CREATE MATERIALIZED VIEW public.customers AS SELECT count(*) FROM public.customer");
    }

    /** A program that tells what it was called with, and fails where a file of a certain name is there. */
    private Path endpoint() throws IOException {
        Path program = Files.writeString(directory.resolve("move-endpoint"), """
                #!/bin/sh
                cd "$(dirname "$0")" && test ! -e broken && echo "$@" >> endpoint
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private void assertEndpoints(BusyDatabase... moves) throws IOException {
        assertThat(Files.readAllLines(directory.resolve("endpoint")))
                .containsExactlyElementsOf(Arrays.stream(moves)
                        .map(to -> to.settings().url().replaceFirst("jdbc:postgresql://(.*):(\\d+)/(.*)", "$1 $2 $3"))
                        .toList());
    }

    @AfterEach
    void removeTheRole() throws SQLException {
        for (BusyDatabase database : new BusyDatabase[] {source, destination}) {
            // A test that failed in the middle leaves a fence.
            execute(
                    database.settings(),
                    "SET default_transaction_read_only = off; DROP OWNED BY " + role + "; DROP ROLE " + role);
        }
    }

    @Test
    void movesApplicationsThereAndBackAndThereAgain() throws Exception {
        Started run = process.start("run", task);
        try {
            awaitPhase("incremental");
            execute(source.settings(), WRITES);

            JsonNode gates = json(dtsSync.run("switchover", task, "--preconditions", "--json"));
            assertThat(gates.get("direction").asText()).isEqualTo("switchover");
            assertThat(gates.get("gates"))
                    .allMatch(gate -> !gate.get("result").asText().equals("fail"))
                    .anyMatch(gate -> gate.get("id").asText().equals("lag")
                            && gate.get("unit").asText().equals("ms"))
                    .anyMatch(gate -> gate.get("id").asText().equals("run")
                            && gate.get("result").asText().equals("pass"));
            Outcome wrongWay = dtsSync.run("rollback", task, "--gates");
            assertThat(wrongWay.exitCode()).isEqualTo(3);
            assertThat(wrongWay.out()).contains("FAIL  phase: Task ", "is in phase incremental.");
            JsonNode rehearsal = json(dtsSync.run("switchover", task, "--rehearse", "--skip-verify", "--json"));
            assertThat(rehearsal.get("moved").asBoolean()).isFalse();
            execute(source.settings(), WRITES);

            JsonNode there = json(dtsSync.run("switchover", task, "--json"));
            assertThat(there.get("moved").asBoolean()).isTrue();
            assertThat(there.get("endpoint").asText()).isEqualTo("moved");
            assertThat(there.get("verification").asText()).isEqualTo("equal");
            assertThat(there.get("sequences").asInt()).isEqualTo(2);
            assertThat(destination.rows()).isEqualTo(source.rows());
            assertReadOnly(source);
            awaitPhase("reverse");
            assertEndpoints(destination);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> query(
                                    destination.settings(),
                                    "SELECT (SELECT count FROM public.customers) = count(*) FROM public.customer")
                            .equals("t"));
            execute(destination.settings(), WRITES);
            assertThat(dtsSync.run("verify", task).exitCode()).isZero();
            assertThat(dtsSync.run("rollback", task, "--preconditions").exitCode())
                    .isZero();
            Files.createFile(directory.resolve("broken"));

            Outcome notRepointed = process.run("rollback", task, "--json");
            assertThat(notRepointed.exitCode()).as(notRepointed.err()).isEqualTo(5);
            JsonNode back = new ObjectMapper().readTree(notRepointed.out());
            assertThat(back.get("moved").asBoolean()).isTrue();
            assertThat(back.get("endpoint").asText()).isEqualTo("failed");
            assertThat(source.rows()).isEqualTo(destination.rows());
            assertReadOnly(destination);
            awaitPhase("incremental");
            assertThat(back.get("next").asText()).contains("move-endpoint, ended with exit code 1.");
            Outcome stillNot = dtsSync.run("rollback", task);
            assertThat(stillNot.exitCode()).as(stillNot.err()).isEqualTo(5);
            assertThat(stillNot.out()).startsWith("rollback: done, but applications were not repointed");
            Files.delete(directory.resolve("broken"));
            assertThat(json(dtsSync.run("rollback", task, "--json")).get("next").asText())
                    .startsWith("The applications were already moved.");
            assertEndpoints(destination, source);
            execute(source.settings(), WRITES);
            assertThat(dtsSync.run("verify", task).exitCode()).isZero();

            assertThat(json(dtsSync.run("switchover", task, "--skip-verify", "--json"))
                            .get("moved")
                            .asBoolean())
                    .isTrue();
            awaitPhase("reverse");
            execute(destination.settings(), WRITES);
            Outcome complete = dtsSync.run("complete", task);
            assertThat(complete.exitCode()).as(complete.err()).isZero();
            assertThat(source.rows()).isEqualTo(destination.rows());
            assertThat(run.await().exitCode()).isZero();
        } catch (AssertionError e) {
            throw new AssertionError("The run said: " + run.errSoFar(), e);
        } finally {
            run.process().destroyForcibly().waitFor();
        }
        Outcome released = dtsSync.run("release", task, "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
        assertThat(released.err()).contains("Left the source read-only for applications.");
        for (BusyDatabase database : new BusyDatabase[] {source, destination}) {
            assertThat(query(database.settings(), "SELECT to_regnamespace('dts_sync') IS NULL"))
                    .isEqualTo("t");
            assertThat(query(
                            database.settings(),
                            "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                    .isEqualTo("0");
        }
        assertReadOnly(source);
        execute(source.settings(), released.err().replaceAll("(?s).*run there: ([^\n]*;)\n.*", "$1"));
        execute(source.settings(), "UPDATE public.customer SET note = 'writable again' WHERE id = 1");
        // Only the database that applications use has sequences that give fresh values.
        execute(destination.settings(), WRITES);
    }

    private void awaitPhase(String phase) {
        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> query(destination.settings(), "SELECT phase FROM dts_sync.task")
                        .equals(phase));
    }

    private void assertReadOnly(BusyDatabase database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        database.settings().url(), database.settings().user(), "unused");
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM public.log");
            throw new AssertionError("A write was not refused");
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("25006");
        }
    }

    private static JsonNode json(Outcome outcome) throws Exception {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return new ObjectMapper().readTree(outcome.out());
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement()) {
            for (String part : sql.split(";", -1)) {
                if (!part.isBlank()) {
                    statement.execute(part);
                }
            }
        }
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "unused");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
