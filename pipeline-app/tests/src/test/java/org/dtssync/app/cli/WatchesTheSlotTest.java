package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskText;
import org.dtssync.app.testing.WarmCommandLine;
import org.dtssync.app.testing.WarmCommandLine.Running;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The WAL that the source keeps for a task is watched, and a task whose tables rest does not let it pile up. */
@ExtendWith(ServersExtension.class)
class WatchesTheSlotTest {

    private static final String WARNING = "The source retains a lot of WAL for the slot.";

    @TempDir
    Path directory;

    @Test
    void warnsFromTheConfiguredSizeOn(Servers servers) throws Exception {
        DatabaseSettings source = source(servers);
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        TaskText text = TaskText.of(servers, source, servers.freshDatabase(18));
        String patient = dtsSync.file("patient.yaml", text + "wal.warning: 1TB\n");
        String strict = dtsSync.file("strict.yaml", text + "wal.warning: 1kB\n");
        assertThat(dtsSync.run("run", patient, "--until", "caught-up").err()).doesNotContain(WARNING);
        execute(
                source,
                "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1000)) FROM generate_series(1, 100)");

        Running run = dtsSync.start("run", strict);
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> run.errSoFar().contains(WARNING));
        } finally {
            run.close();
        }

        assertThat(run.errSoFar())
                .containsPattern(WARNING + " task=" + text.name() + " slot=dts_sync_" + text.name()
                        + " retained_bytes=[0-9]+ wal_warning_bytes=1024");
        assertThat(dtsSync.run("status", strict, "--json").out()).containsPattern("\"lag_bytes\" ?: ?[0-9]+");
        assertThat(dtsSync.run("release", strict, "--topics").exitCode()).isZero();
    }

    @Test
    void movesTheSlotOnWhereTheTablesRestAndWhereOnlyOthersAreWritten(Servers servers) throws Exception {
        DatabaseSettings source = source(servers);
        DatabaseSettings neighbour = servers.freshDatabase(17);
        execute(source, "CREATE SCHEMA side");
        execute(source, "CREATE TABLE side.busy (v text)");
        execute(neighbour, "CREATE TABLE public.busy (v text)");
        WarmCommandLine dtsSync = new WarmCommandLine(directory);
        TaskText text = TaskText.of(servers, source, servers.freshDatabase(18));
        String task = dtsSync.file("task.yaml", text + "objects: { include: [ \"public.*\" ] }\n");
        assertThat(dtsSync.run("run", task, "--until", "caught-up").exitCode()).isZero();

        Running run = dtsSync.start("run", task);
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> run.errSoFar().contains("phase=incremental"));
            assertMovesPast(source, text, "SELECT 1");
            assertMovesPast(
                    source, text, "INSERT INTO side.busy SELECT repeat('x', 500) FROM generate_series(1, 20000)");
            execute(neighbour, "INSERT INTO public.busy SELECT repeat('x', 500) FROM generate_series(1, 20000)");
            assertMovesPast(source, text, "SELECT 1");
        } finally {
            run.close();
        }
        assertThat(dtsSync.run("release", task, "--topics").exitCode()).isZero();
    }

    /** EndPair positions: what is confirmed, and from where on WAL is kept. */
    private static void assertMovesPast(DatabaseSettings source, TaskText task, String sql) throws SQLException {
        execute(source, sql);
        String goal = query(source, "SELECT pg_current_wal_insert_lsn()");
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    // What the server does by itself every few minutes lets the slot let go of older WAL.
                    execute(source, "CHECKPOINT");
                    return query(
                                    source,
                                    "SELECT confirmed_flush_lsn > '" + goal + "' AND restart_lsn > '" + goal
                                            + "' FROM pg_replication_slots WHERE slot_name = 'dts_sync_" + task.name()
                                            + "'")
                            .equals("t");
                });
    }

    private static DatabaseSettings source(Servers servers) throws SQLException {
        DatabaseSettings source = servers.freshDatabase(17);
        execute(source, "CREATE TABLE public.item (id int PRIMARY KEY)");
        return source;
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = new DatabaseConnections(End.SOURCE, database, "test").open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
