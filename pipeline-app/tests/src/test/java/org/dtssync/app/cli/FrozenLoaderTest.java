package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
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

/** A process that froze while it loaded or made indexes is replaced by a standby, and writes nothing when it wakes. */
@ExtendWith(ServersExtension.class)
class FrozenLoaderTest {

    private static final String STRUCTURE = """
            CREATE TABLE public.item (id int PRIMARY KEY, note text, UNIQUE (note, id));
            CREATE INDEX item_note ON public.item (note);
            INSERT INTO public.item SELECT i, 'old' FROM generate_series(1, 1000) i
            """;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** From the last sign of life of the one to the epoch of the other. */
    private static final String TAKEN_OVER_IN =
            "SELECT extract(epoch FROM (SELECT alive_at FROM dts_sync.instance) - '%s')";

    @TempDir
    Path directory;

    private CommandLineProcess dtsSync;
    private DatabaseSettings source;
    private DatabaseSettings destination;
    private TaskText text;
    private String task;

    @BeforeEach
    void start(Servers servers) throws Exception {
        source = servers.freshDatabase(14);
        destination = servers.freshDatabase(17);
        execute(source, STRUCTURE);
        dtsSync = new CommandLineProcess(directory, Map.of());
        text = TaskText.of(servers, source, destination);
        task = dtsSync.file(
                "task.yaml", text + "second.instance: standby\nsnapshot: { workers: 2, chunk.rows: 100 }\n");
    }

    @Test
    void aStandbyLoadsAndFinishesInItsPlace() throws Exception {
        assertDone(new WarmCommandLine(directory).run("run", task, "--until", "schema"));

        // COPY waits for whoever holds this lock, in the middle of its chunk.
        replaceFrozen("SHARE", "COPY %", "snapshot");
        assertThat(query(destination, "SELECT count(*) FROM public.item")).isEqualTo("1000");
        assertThat(query(destination, "SELECT sum(rows) FROM dts_sync.chunk WHERE table_name = 'item'"))
                .isEqualTo("1000");

        // So do constraint and index, but not the rows that are applied before them.
        replaceFrozen("ROW EXCLUSIVE", "%item\\_note%", "verified");
        assertThat(query(destination, "SELECT count(*) FROM pg_indexes WHERE tablename = 'item'"))
                .isEqualTo(query(source, "SELECT count(*) FROM pg_indexes WHERE tablename = 'item'"));
        assertDone(new WarmCommandLine(directory).run("release", task, "--topics"));
    }

    /**
     * Freezes a run as soon as it waits for a lock in a statement of a kind, lets a standby go on to a goal, and wakes the first.
     */
    private void replaceFrozen(String lock, String statement, String goal) throws Exception {
        Started frozen = null;
        Started standby = null;
        try {
            String alive;
            try (Connection blocker = open(destination)) {
                blocker.setAutoCommit(false);
                execute(blocker, "LOCK TABLE public.item IN " + lock + " MODE");
                frozen = dtsSync.start("run", task);
                Started loading = frozen;
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(waiting(statement))
                                .as(loading.errSoFar())
                                .isTrue());
                String epoch = query(destination, "SELECT epoch FROM dts_sync.fence");
                standby = dtsSync.start("run", task, "--until", goal);
                Started waiting = standby;
                await().atMost(LIMIT).until(() -> waiting.errSoFar().contains("Waiting as standby"));
                signal(frozen, "STOP");
                alive = query(destination, "SELECT alive_at FROM dts_sync.instance");
                execute(source, "UPDATE public.item SET note = '" + goal + "' WHERE id <= 10");
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(100))
                        .until(() -> !query(destination, "SELECT epoch FROM dts_sync.fence")
                                .equals(epoch));
                assertThat(Double.parseDouble(query(destination, TAKEN_OVER_IN.formatted(alive))))
                        .as("seconds until the standby had taken over")
                        .isLessThan(10);
            }
            assertDone(standby.await());
            String left = state();

            signal(frozen, "CONT");
            Outcome ended = frozen.await();

            assertThat(ended.exitCode()).as(ended.err()).isEqualTo(1);
            assertThat(ended.err()).contains("taken over");
            assertThat(state()).isEqualTo(left);
        } finally {
            for (Started started : new Started[] {frozen, standby}) {
                if (started != null) {
                    started.process().destroyForcibly().waitFor();
                }
            }
        }
    }

    /** Everything that a loader writes: rows with the transactions that wrote them, chunks, objects of the structure, progress. */
    private String state() throws SQLException {
        String objects =
                "SELECT md5(string_agg(c.oid || c.relname::text || c.relkind::text || c.relfilenode, ',' ORDER BY c.oid)) FROM pg_class c"
                        + " WHERE relnamespace = 'public'::regnamespace";
        return String.join(
                "\n",
                query(
                        destination,
                        "SELECT md5(string_agg(t.xmin::text || t.ctid || t, ',' ORDER BY id)) FROM public.item t"),
                query(destination, objects),
                query(destination, digest("chunk")),
                query(destination, digest("structure_object")),
                query(destination, digest("table_progress")),
                query(destination, digest("apply_position")),
                query(destination, digest("fence")),
                query(destination, digest("task")));
    }

    private static String digest(String table) {
        return "SELECT md5(coalesce(string_agg(t.xmin::text || t, ',' ORDER BY t::text), '')) FROM dts_sync." + table
                + " t";
    }

    private boolean waiting(String statement) throws SQLException {
        return !query(
                        destination,
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname ="
                                + " current_database() AND application_name = 'dts_sync_" + text.name()
                                + "' AND query ILIKE '"
                                + statement + "'")
                .equals("0");
    }

    private static void signal(Started process, String signal) throws IOException, InterruptedException {
        String pid = Long.toString(process.process().pid());
        assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor())
                .isZero();
    }

    private static void assertDone(Outcome outcome) {
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private static Connection open(DatabaseSettings database) throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), "unused");
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = open(database)) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = open(database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
