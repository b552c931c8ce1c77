package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A process that was frozen, and wakes after another one has moved the applications, changes nothing any more. */
@ExtendWith(ServersExtension.class)
class FrozenInstanceTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
            INSERT INTO public.customer (note) SELECT 'old' FROM generate_series(1, 100) i
            """;
    private static final String ROWS =
            "SELECT md5(string_agg(id || note, ',' ORDER BY id)) || ' ' || count(*) FROM public.customer";
    private static final Duration LIMIT = Duration.ofMinutes(4);

    @TempDir
    Path directory;

    private CommandLineProcess dtsSync;
    private DatabaseSettings source;
    private DatabaseSettings destination;
    private String name;
    private String task;

    @BeforeEach
    void start(Servers servers) throws Exception {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        execute(source, "", STRUCTURE);
        dtsSync = new CommandLineProcess(directory, Map.of());
        TaskText text = TaskText.of(servers, source, destination);
        name = text.name();
        task = dtsSync.file("task.yaml", text.toString());
    }

    @Test
    void whenItWasFrozenWhileItFollowed() throws Exception {
        Started frozen = dtsSync.start("run", task);
        try {
            await().atMost(LIMIT).ignoreExceptions().until(() -> phase().equals("incremental"));
            signal(frozen, "STOP");
            execute(source, "", "UPDATE public.customer SET note = 'missed' WHERE id <= 10");
            awaitFrozen();

            assertDone(new WarmCommandLine(directory).run("switchover", task, "--skip-verify"));
            execute(destination, "", "UPDATE public.customer SET note = 'new' WHERE id <= 20");
            String moved = state();
            signal(frozen, "CONT");
            Outcome ended = frozen.await();

            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.err()).containsAnyOf("taken over", "was released");
            assertThat(state()).isEqualTo(moved);
        } finally {
            frozen.process().destroyForcibly().waitFor();
        }
        assertTheTaskGoesOn();
    }

    @Test
    void whenItWasFrozenInTheMiddleOfASwitchover() throws Exception {
        assertDone(new WarmCommandLine(directory).run("run", task, "--until", "caught-up"));
        Started frozen;
        try (Connection holder = open(source, "dts_sync_" + name + "_test");
                Connection blocker = open(destination, "test")) {
            holder.setAutoCommit(false);
            blocker.setAutoCommit(false);
            execute(holder, "LOCK TABLE public.customer IN ROW EXCLUSIVE MODE");
            frozen = dtsSync.start("switchover", task, "--skip-verify");
            awaitStep("fence");
            execute(blocker, "ALTER SEQUENCE public.customer_id_seq RESTART");
            holder.rollback();
            awaitStep("sequences");
            signal(frozen, "STOP");
        }
        try {
            awaitFrozen();

            assertDone(new WarmCommandLine(directory).run("switchover", task, "--skip-verify"));
            execute(destination, "", "UPDATE public.customer SET note = 'new' WHERE id <= 20");
            String moved = state();
            signal(frozen, "CONT");
            Outcome ended = frozen.await();

            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(state()).isEqualTo(moved);
        } finally {
            frozen.process().destroyForcibly().waitFor();
        }
        assertTheTaskGoesOn();
    }

    /** The applications are where they were moved to, and can come back. */
    private void assertTheTaskGoesOn() throws Exception {
        assertThatThrownBy(() -> execute(source, "", "DELETE FROM public.customer"))
                .hasMessageContaining("read-only transaction");
        execute(destination, "", "INSERT INTO public.customer (note) VALUES ('fresh')");
        assertDone(new WarmCommandLine(directory).run("rollback", task));
        assertThat(query(source, ROWS)).isEqualTo(query(destination, ROWS));
        assertThat(query(source, "SELECT count(*) FROM public.customer WHERE note IN ('new', 'fresh')"))
                .isEqualTo("21");
        assertDone(new WarmCommandLine(directory).run("release", task, "--topics", "--writable"));
    }

    /** What a process that woke could change: rows, state, slots, settings. */
    private String state() throws SQLException {
        String both = "SELECT count(*) || ' ' || coalesce(string_agg(slot_name, ',' ORDER BY 1), '') || ' '"
                + " || (SELECT coalesce(string_agg(pubname, ',' ORDER BY 1), '') FROM pg_publication) || ' '"
                + " || (SELECT coalesce(string_agg(setconfig::text, ','), '') FROM pg_db_role_setting WHERE setdatabase ="
                + " (SELECT oid FROM pg_database WHERE datname = current_database()))"
                + " FROM pg_replication_slots WHERE database = current_database()";
        return String.join(
                "\n",
                query(destination, ROWS),
                query(source, both),
                query(destination, both),
                query(destination, "SELECT last_value || ' ' || is_called FROM public.customer_id_seq"),
                query(destination, "SELECT count(*) FROM dts_sync.apply_position WHERE task = '" + name + "'"),
                query(source, "SELECT count(*) FROM dts_sync.write_fence"),
                phase());
    }

    private String phase() throws SQLException {
        return query(destination, "SELECT phase FROM dts_sync.task WHERE task = '" + name + "'");
    }

    private void awaitStep(String step) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> query(
                                destination,
                                "SELECT count(*) FROM dts_sync.switchover_step WHERE step = '" + step + "'")
                        .equals("1"));
    }

    private void awaitFrozen() {
        await().atMost(LIMIT)
                .until(() -> query(
                                destination,
                                "SELECT alive_at < clock_timestamp() - interval '11 seconds' FROM dts_sync.instance")
                        .equals("t"));
    }

    private static void signal(Started process, String signal) throws IOException, InterruptedException {
        String pid = Long.toString(process.process().pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
                .isZero();
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private static Connection open(DatabaseSettings database, String applicationName) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.user());
        properties.setProperty("password", "unused");
        properties.setProperty("ApplicationName", applicationName);
        return DriverManager.getConnection(database.url(), properties);
    }

    private static void execute(DatabaseSettings database, String applicationName, String sql) throws SQLException {
        try (Connection connection = open(database, applicationName)) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = open(database, "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
