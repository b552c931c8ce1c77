package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.ChangeSource;
import org.dtssync.connectors.capture.debezium.DebeziumSource;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/** However a stream of changes ends, its sessions at the source end with it: a capture that is retried a hundred times leaves none. */
@ExtendWith(ServersExtension.class)
class SourceSessionsTest {

    private static final int ATTEMPTS = 4;
    private static final int MANY = 20;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String OURS =
            "datname = current_database() AND (application_name LIKE 'dts_sync%' OR application_name LIKE 'Debezium%')";

    private DatabaseSettings source;
    private String name;

    @BeforeEach
    void makeSource(Servers servers) throws SQLException {
        source = servers.freshDatabase(17);
        name = servers.uniqueName();
        execute("CREATE TABLE public.item (id int PRIMARY KEY)");
        execute("CREATE PUBLICATION " + name + " FOR TABLE public.item");
        execute("SELECT pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
    }

    @Test
    void leavesNoneWhereTheSlotIsInUse() throws SQLException {
        try (Connection other = replication();
                PGReplicationStream stream = other.unwrap(PGConnection.class)
                        .getReplicationAPI()
                        .replicationStream()
                        .logical()
                        .withSlotName(name)
                        .withSlotOption("proto_version", 1)
                        .withSlotOption("publication_names", name)
                        .start()) {
            assertThat(stream.isClosed()).isFalse();
            for (int i = 0; i < ATTEMPTS; i++) {
                assertThatThrownBy(this::stream)
                        .isInstanceOf(SyncException.class)
                        .hasMessageContaining(name);
            }
            assertNoSessions();
        }
    }

    @Test
    void leavesNoneWhereThePublicationOrTheSlotIsGone() throws SQLException {
        execute("DROP PUBLICATION " + name);
        execute("INSERT INTO public.item VALUES (1)");
        for (int i = 0; i < ATTEMPTS; i++) {
            assertThatThrownBy(this::stream).isInstanceOf(SyncException.class);
        }
        execute("SELECT pg_drop_replication_slot('" + name + "')");
        for (int i = 0; i < ATTEMPTS; i++) {
            assertThatThrownBy(this::stream).isInstanceOf(SyncException.class);
        }
        assertNoSessions();
    }

    @Test
    void leavesNoneWhereTheServerEndsTheStream() throws Exception {
        for (int i = 0; i < MANY; i++) {
            Thread streaming = start();
            awaitReader();
            execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '" + name
                    + "'");
            streaming.join();
        }
        assertNoSessions();
    }

    /** Of a whole run, whose capture, applier and lease lose their sessions and retry; the pauses in between double. */
    @Test
    void aRunHasAsManyAsBeforeItsRetries(Servers servers) throws Exception {
        MovedTask task = MovedTask.of(servers, 17, "CREATE TABLE public.item (id int PRIMARY KEY)");
        try (LiveRun run = task.streaming()) {
            int atSource = sessions(task.source());
            int atDestination = sessions(task.destination());
            for (int i = 0; i < ATTEMPTS; i++) {
                String ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE " + OURS;
                task.atSource(ended, "INSERT INTO public.item VALUES (" + i + ")");
                task.atDestination(ended);
                int rows = i + 1;
                await().atMost(LIMIT)
                        .until(() -> task.valueAtDestination("SELECT count(*) FROM public.item")
                                .equals(Integer.toString(rows)));
            }
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(sessions(task.source())).as("at the source").isLessThanOrEqualTo(atSource);
                assertThat(sessions(task.destination()))
                        .as("at the destination")
                        .isLessThanOrEqualTo(atDestination);
            });
        } finally {
            task.release();
        }
    }

    private static int sessions(DatabaseSettings database) throws SQLException {
        return number(database, "SELECT count(*) FROM pg_stat_activity WHERE " + OURS);
    }

    @Test
    void leavesNoneWhereItIsStoppedAtAnyMoment() throws Exception {
        for (int i = 0; i < 2 * ATTEMPTS; i++) {
            Thread streaming = start();
            Thread.sleep(60L * i);
            streaming.interrupt();
            streaming.join();
        }
        assertNoSessions();
    }

    @Test
    void leavesNoneWhereEventsCannotBeWritten() throws SQLException {
        execute("INSERT INTO public.item SELECT g FROM generate_series(1, 20000) g");
        for (int i = 0; i < ATTEMPTS; i++) {
            assertThatThrownBy(() -> stream(events -> {
                        throw new SyncException(FaultKind.CONNECTION, "The topics cannot be written.", "");
                    }))
                    .hasMessageContaining("The topics cannot be written.");
        }
        assertNoSessions();
    }

    /** The first sessions are open when a later one is refused. */
    @Test
    void leavesNoneWhereTheServerRefusesOneSession(Servers servers) throws SQLException {
        String role = servers.uniqueName();
        execute("CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'secret'");
        execute("GRANT SELECT ON public.item TO " + role);
        DatabaseSettings superuser = source;
        try {
            for (int limit = 1; limit <= 2; limit++) {
                execute("ALTER ROLE " + role + " CONNECTION LIMIT " + limit);
                source = new DatabaseSettings(superuser.url(), role, "secret", Map.of());
                for (int i = 0; i < ATTEMPTS; i++) {
                    assertThatThrownBy(this::stream).isInstanceOf(SyncException.class);
                }
                source = superuser;
                assertNoSessions();
            }
        } finally {
            source = superuser;
            execute("DROP OWNED BY " + role);
            execute("DROP ROLE " + role);
        }
    }

    /** Debezium's own end waits for the stream, and is given up before it closes the other sessions. */
    @Test
    void leavesNoneWhereTheStreamDoesNotAnswer() throws Exception {
        Thread streaming = start();
        awaitReader();
        int reader = number("SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + name + "'");
        signal("STOP", reader);
        try {
            streaming.interrupt();
            streaming.join();
        } finally {
            signal("CONT", reader);
        }
        assertNoSessions();
    }

    private static void signal(String name, int process) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Integer.toString(process))
                        .start()
                        .waitFor())
                .isZero();
    }

    private Thread start() {
        Thread thread = new Thread(() -> {
            try {
                stream();
            } catch (SyncException | InterruptedException e) {
                // The end that the test makes.
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return thread;
    }

    private void stream() throws InterruptedException {
        stream(events -> 0);
    }

    private void stream(ChangeSource.Consumer consumer) throws InterruptedException {
        new DebeziumSource(new CaptureSettings(
                        name,
                        source,
                        name,
                        name,
                        name,
                        List.of(),
                        Map.of("bootstrap.servers", "127.0.0.1:1"),
                        new CaptureSettings.Topics(1, -1, Map.of()),
                        CaptureSettings.Limits.DEFAULT))
                .stream(consumer);
    }

    private void awaitReader() {
        await().atMost(LIMIT)
                .until(() ->
                        number("SELECT count(active_pid) FROM pg_replication_slots WHERE slot_name = '" + name + "'")
                                == 1);
    }

    /** The server notices the end of a session a moment later. */
    private void assertNoSessions() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(number("SELECT count(*) FROM pg_stat_activity WHERE datname ="
                                + " current_database() AND application_name LIKE 'Debezium%'"))
                        .isZero());
    }

    private Connection replication() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", source.user());
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "10");
        return DriverManager.getConnection(source.url(), properties);
    }

    private void execute(String sql) throws SQLException {
        new Scripts(source).execute(sql);
    }

    private int number(String sql) throws SQLException {
        return number(source, sql);
    }

    private static int number(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
