package org.dtssync.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedPostgresTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {14, 17, 18})
    void startsEveryVersionReadyForLogicalReplication(int version) throws SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(settings(version).with("max_connections", "37"))) {
            assertThat(query(server, "SHOW server_version")).startsWith(version + ".");
            assertThat(query(server, "SHOW wal_level")).isEqualTo("logical");
            assertThat(query(server, "SHOW max_connections")).isEqualTo("37");
            assertThat(query(server, "SHOW fsync")).isEqualTo("off");
            assertThat(query(server, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(query(server, "SELECT slot_name FROM pg_create_logical_replication_slot('s', 'pgoutput')"))
                    .isEqualTo("s");
        }
    }

    @Test
    void keepsDataAndPortThroughACrashAndAFreshStart() throws SQLException {
        PostgresSettings settings = settings(17);
        int port;
        try (EmbeddedPostgres server = EmbeddedPostgres.start(settings)) {
            port = server.port();
            query(server, "CREATE TABLE t (id int)");
            query(server, "INSERT INTO t VALUES (1)");
            server.crash();
            assertThat(server.running()).isFalse();
            assertThat(listens(port)).isFalse();

            server.start();

            assertThat(server.port()).isEqualTo(port);
            assertThat(query(server, "SELECT id FROM t")).isEqualTo("1");
        }
        try (EmbeddedPostgres again = EmbeddedPostgres.start(settings.with("port", Integer.toString(port)))) {
            assertThat(query(again, "SELECT id FROM t")).isEqualTo("1");
        }
    }

    @Test
    void asksForPasswordsWhereToldTo() throws SQLException {
        try (EmbeddedPostgres server = EmbeddedPostgres.start(settings(17).withPasswords())) {
            query(server, "CREATE ROLE migrator LOGIN PASSWORD 'right'");

            DriverManager.getConnection(server.url("postgres"), "migrator", "right")
                    .close();
            assertThatThrownBy(() -> DriverManager.getConnection(server.url("postgres"), "migrator", "wrong"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        }
    }

    @Test
    void leavesNothingRunningAfterClose() {
        EmbeddedPostgres server = EmbeddedPostgres.start(settings(18));
        server.close();
        server.close();

        assertThat(server.running()).isFalse();
        assertThat(listens(server.port())).isFalse();
        assertThat(directory.resolve("18/postmaster.pid")).doesNotExist();
    }

    @Test
    void saysWhatIsWrongWithASetting() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(settings(17).with("wal_level", "loud")))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("The embedded PostgreSQL 17 cannot be started: pg_ctl ended with exit code 1, ")
                .hasMessageContaining("FATAL:")
                .hasMessageContaining("server.log");
    }

    @Test
    void namesAVersionThatIsNotCarried() {
        assertThatThrownBy(() -> EmbeddedPostgres.start(settings(9)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("postgresql/9.jar")
                .hasMessageContaining("Run scripts/build first.");
    }

    @Test
    void endsWhenTheProcessThatStartedItIsKilled() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Ddts.sync.sandbox=" + Sandbox.find().home(),
                        "-Ddts.sync.cache=" + System.getProperty("dts.sync.cache"),
                        Abandoned.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int port = Integer.parseInt(parent.inputReader(StandardCharsets.UTF_8).readLine());
        assertThat(listens(port)).isTrue();

        parent.destroyForcibly().waitFor();

        Awaitility.await().until(() -> !listens(port));
        Awaitility.await().until(() -> !Files.exists(directory.resolve("17/postmaster.pid")));
    }

    /** Starts a server, prints its port, and waits to be killed. */
    static final class Abandoned {
        public static void main(String[] arguments) throws InterruptedException {
            EmbeddedPostgres server = EmbeddedPostgres.start(PostgresSettings.of(17, Path.of(arguments[0], "17")));
            System.out.println(server.port());
            Thread.currentThread().join();
        }
    }

    private PostgresSettings settings(int version) {
        return PostgresSettings.of(version, directory.resolve(Integer.toString(version)));
    }

    private static @Nullable String query(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(server.url("postgres"), EmbeddedPostgres.SUPERUSER, "");
                Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return null;
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
