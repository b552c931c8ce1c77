package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dtssync.app.embedded.FreePort;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A run tells Prometheus what it did and how far it is behind, for as long as it lives. */
@ExtendWith(ServersExtension.class)
class ServesMetricsTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern URL = Pattern.compile("url=(http://127\\.0\\.0\\.1:\\d+/metrics)");

    @TempDir
    Path directory;

    @Test
    void aRunServesItsMetricsUntilItEnds(Servers servers) throws Exception {
        DatabaseSettings source = servers.freshDatabase(17);
        DatabaseSettings destination = servers.freshDatabase(18);
        execute(source, """
                CREATE TABLE public.item (id int PRIMARY KEY, v text);
                INSERT INTO public.item SELECT i, 'v' FROM generate_series(1, 300) AS i
                """);
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        TaskText text = TaskText.of(servers, source, destination);
        String listen = text + "metrics: { listen: \"127.0.0.1:" + FreePort.find() + "\" }\n";
        String task = dtsSync.file("task.yaml", listen);
        Started run = dtsSync.start("run", task);
        try {
            Metrics metrics = new Metrics(await().atMost(LIMIT).until(() -> url(run), url -> url != null));
            await().atMost(LIMIT).until(() -> metrics.value("phase{phase=\"incremental\"") == 1);
            assertThat(metrics.value("snapshot_rows_total")).isEqualTo(300);
            double captured = metrics.value("captured_changes_total");

            execute(source, "UPDATE public.item SET v = 'w' WHERE id <= 100");
            await().atMost(LIMIT).until(() -> metrics.value("captured_changes_total") >= captured + 100);
            await().atMost(LIMIT).until(() -> metrics.value("applied_changes_total") >= 100);
            await().atMost(LIMIT).until(() -> metrics.value("slot_retained_wal_bytes") > 0);
            await().atMost(LIMIT).until(() -> metrics.value("lag_seconds") < 2);
            assertThat(metrics.value("cuts_total")).isPositive();

            // A lock of somebody else's lets the lag grow although nothing is told any more.
            try (Connection locking = open(destination);
                    Statement statement = locking.createStatement()) {
                locking.setAutoCommit(false);
                statement.execute("LOCK TABLE public.item IN EXCLUSIVE MODE");
                execute(source, "UPDATE public.item SET v = 'x' WHERE id = 1");
                await().atMost(LIMIT).until(() -> metrics.value("lag_seconds") > 3);
                assertThat(metrics.value("lag_bytes")).isPositive();
            }
            await().atMost(LIMIT).until(() -> metrics.value("lag_seconds") < 2);

            execute(
                    destination,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dts_sync_"
                            + text.name() + "'");
            await().atMost(LIMIT).until(() -> metrics.value("last_error_timestamp_seconds{kind=\"connection\"") > 0);
            assertThat(metrics.page().body())
                    .containsPattern("dts_sync_retries_total\\{kind=\"connection\",part=\"[a-z ]+\"");
            assertThat(metrics.page().headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(metrics.get("/other").statusCode()).isEqualTo(404);

            assertThat(metrics.value("table_applied_changes_total{schema=\"public\",table=\"item\""))
                    .isGreaterThanOrEqualTo(101);
            assertThat(metrics.value("table_applied_commit_timestamp_seconds{schema=\"public\",table=\"item\""))
                    .isGreaterThan(1.7e9);
            aSecondRunIsToldWhoRuns(dtsSync.run("run", task), run);
            aStandbyOnThisHostTakesOver(
                    metrics,
                    dtsSync.start(
                            "run",
                            dtsSync.file("standby.yaml", listen + "second.instance: standby\n"),
                            "--log-format",
                            "json"),
                    run);
        } finally {
            run.process().destroyForcibly().waitFor();
        }
        Outcome released = new WarmCommandLine(directory).run("release", task, "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
    }

    /** And not that the address of the metrics is in use. */
    private static void aSecondRunIsToldWhoRuns(Outcome second, Started first) {
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err())
                .contains("is already being run by another instance, process "
                        + first.process().pid() + " on ")
                .doesNotContain("in use", "metrics", "Exception");
    }

    private void aStandbyOnThisHostTakesOver(Metrics metrics, Started standby, Started first) throws Exception {
        try {
            await().atMost(LIMIT).until(() -> standby.errSoFar().contains("Waiting as standby"));
            assertThat(metrics.value("running")).isEqualTo(1);

            first.process().destroyForcibly().waitFor();

            await().atMost(LIMIT).ignoreExceptions().until(() -> metrics.value("phase{phase=\"incremental\"") == 1);
            assertThat(metrics.value("snapshot_rows_total"))
                    .as("of the other process")
                    .isZero();
            standby.terminate();
            Outcome stopped = standby.await();
            assertThat(stopped.exitCode()).isZero();
            assertThat(stopped.err().lines())
                    .allMatch(line -> line.startsWith("{\"timestamp\":") && line.endsWith("}"));
            assertThat(stopped.err()).contains("\"message\":\"Stopped. The same command resumes from here.\"");
            assertThatThrownBy(metrics::page).isInstanceOf(ConnectException.class);
        } finally {
            standby.process().destroyForcibly().waitFor();
        }
    }

    @Test
    void aPortThatIsTakenIsNamed(Servers servers) throws Exception {
        CommandLineProcess dtsSync = new CommandLineProcess(directory, Map.of());
        String taken = servers.kafka().bootstrapServers();
        TaskText text = TaskText.of(servers, servers.freshDatabase(17), servers.freshDatabase(18));

        Outcome outcome =
                dtsSync.run("run", dtsSync.file("task.yaml", text + "metrics: { listen: \"" + taken + "\" }\n"));

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("metrics.listen " + taken + " cannot be used")
                .contains("port 0 for any");
    }

    private static @Nullable URI url(Started run) throws IOException {
        Matcher matcher = URL.matcher(run.errSoFar());
        return matcher.find() ? URI.create(matcher.group(1)) : null;
    }

    /** What a run serves at an address. */
    private record Metrics(URI address) {

        /** Returns the value of a metric, by what its line begins with behind our prefix. */
        double value(String metric) throws Exception {
            return page().body()
                    .lines()
                    .filter(line -> line.startsWith("dts_sync_" + metric))
                    .findFirst()
                    .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .orElseThrow();
        }

        HttpResponse<String> page() throws IOException, InterruptedException {
            return get("");
        }

        HttpResponse<String> get(String below) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address + below))
                    .timeout(LIMIT)
                    .build();
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static Connection open(DatabaseSettings database) throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), "unused");
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
