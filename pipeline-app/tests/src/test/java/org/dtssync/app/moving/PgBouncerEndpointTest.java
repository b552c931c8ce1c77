package org.dtssync.app.moving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.PgBouncerSettings;
import org.dtssync.app.config.PgBouncerSettings.Server;
import org.dtssync.app.testing.PgBouncer;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/** What a real PgBouncer is asked before a switch, and what it is told in it. */
@ExtendWith(ServersExtension.class)
class PgBouncerEndpointTest {

    private Server source;
    private Optional<Path> root = Optional.empty();

    @BeforeEach
    void makeADatabase(Servers servers) throws Exception {
        Assumptions.assumeTrue(
                PgBouncer.program().isPresent(), "PgBouncer is not installed: apt-get install pgbouncer");
        DatabaseSettings database = servers.freshDatabase(17);
        URI address = URI.create(database.url().substring("jdbc:".length()));
        source = new Server(
                address.getHost(), address.getPort(), address.getPath().substring(1));
    }

    private PgBouncer start(String settings) throws Exception {
        return PgBouncer.start(line(source), "\"postgres\" \"x\"", settings);
    }

    private static String line(Server server) {
        return "shop = host=" + server.host() + " port=" + server.port() + " dbname=" + server.database()
                + " pool_size=5\n";
    }

    private PgBouncerEndpoint endpoint(PgBouncer pgBouncer, String user, Path file, Server to) {
        return new PgBouncerEndpoint(
                new PgBouncerSettings(
                        "127.0.0.1",
                        pgBouncer.port(),
                        user,
                        PgBouncer.PASSWORD,
                        root,
                        List.of("shop"),
                        file,
                        source,
                        to,
                        Duration.ofSeconds(1)),
                source,
                to,
                Duration.ofSeconds(30));
    }

    private PgBouncerEndpoint endpoint(PgBouncer pgBouncer) {
        return endpoint(pgBouncer, PgBouncer.ADMIN, pgBouncer.file(), source);
    }

    @ParameterizedTest
    @ValueSource(strings = {"trust", "plain", "md5", "scram-sha-256"})
    void findsNothingInTheWayHoweverTheConsoleAsksForThePassword(String login) throws Exception {
        try (PgBouncer pgBouncer = start("auth_type = " + login)) {
            assertThat(problems(endpoint(pgBouncer))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pool_mode = session|PgBouncer's database shop has pool_mode session: PAUSE would wait until every client has disconnected.
            query_wait_timeout = 20|PgBouncer's query_wait_timeout is 20 seconds, but clients may have to wait for 96:
            query_timeout = 10|PgBouncer's query_timeout is 10 seconds, but clients may have to wait for 96:
            server_login_retry = 60|PgBouncer's query_wait_timeout is 120 seconds, but clients may have to wait for 141:
            so_reuseport = 1|PgBouncer runs with so_reuseport = 1:
            admin_users = somebody|PgBouncer at 127.0.0.1
            admin_users = somebody¶stats_users = pooler|PgBouncer refuses ENABLE "shop": admin access needed. Add account pooler to its admin_users.
            auth_file = /none|PgBouncer at 127.0.0.1
            """)
    void namesWhatStandsInTheWay(String setting, String beginning) throws Exception {
        try (PgBouncer pgBouncer = start(setting.replace('¶', '\n'))) {
            assertThat(problems(endpoint(pgBouncer))).singleElement().asString().startsWith(beginning);
        }
    }

    @Test
    void speaksTlsWhereTheConsoleOffersIt(@TempDir Path directory) throws Exception {
        Path certificate = directory.resolve("console.crt");
        Path key = directory.resolve("console.key");
        makeCertificate(certificate, key);
        String tls = "client_tls_sslmode = require\nclient_tls_cert_file = " + certificate + "\nclient_tls_key_file = "
                + key;
        try (PgBouncer pgBouncer = start(tls)) {
            assertThat(problems(endpoint(pgBouncer))).isEmpty();
            root = Optional.of(certificate);
            assertThat(problems(endpoint(pgBouncer))).isEmpty();

            Path other = directory.resolve("other.crt");
            makeCertificate(other, directory.resolve("other.key"));
            root = Optional.of(other);
            assertThat(problems(endpoint(pgBouncer)))
                    .singleElement()
                    .asString()
                    .contains("PgBouncer at 127.0.0.1", "could not be connected to with TLS", "root.certificate");
        }
        try (PgBouncer pgBouncer = start("")) {
            root = Optional.of(certificate);
            assertThat(problems(endpoint(pgBouncer))).singleElement().asString().contains("does not offer TLS");
        }
    }

    /** Readable for the account that PgBouncer runs as. */
    private static void makeCertificate(Path certificate, Path key) throws Exception {
        Files.setPosixFilePermissions(certificate.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Process openssl;
        try {
            openssl = new ProcessBuilder(
                            "openssl",
                            "req",
                            "-x509",
                            "-newkey",
                            "rsa:2048",
                            "-nodes",
                            "-days",
                            "2",
                            "-subj",
                            "/CN=127.0.0.1",
                            "-addext",
                            "subjectAltName=IP:127.0.0.1",
                            "-keyout",
                            key.toString(),
                            "-out",
                            certificate.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new TestAbortedException("openssl, which makes the certificate, is not installed", e);
        }
        assertThat(openssl.waitFor()).isZero();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @Test
    void namesAFileThatPgBouncerDoesNotReadAndAServerItDoesNotUse() throws Exception {
        try (PgBouncer pgBouncer = start("")) {
            assertThat(problems(endpoint(pgBouncer, PgBouncer.ADMIN, pgBouncer.configuration(), source)))
                    .singleElement()
                    .asString()
                    .contains("has no line for PgBouncer's database shop that points to " + source);
            Server elsewhere = new Server("10.0.0.5", 5432, "shop");
            PgBouncerEndpoint back =
                    new PgBouncerEndpoint(endpoint(pgBouncer).settings(), elsewhere, source, Duration.ofSeconds(1));
            assertThat(problems(back))
                    .singleElement()
                    .asString()
                    .contains("goes to " + source + ", but the applications should be at 10.0.0.5:5432/shop");
        }
        assertThat(problems(endpointOfNobody()))
                .hasSize(2)
                .element(0)
                .asString()
                .startsWith("PgBouncer at 127.0.0.1:1 could not be queried: Connection refused.");
    }

    private static List<String> problems(PgBouncerEndpoint endpoint) {
        return Gate.failed(endpoint.gates()).stream().map(Gate::sentence).toList();
    }

    private PgBouncerEndpoint endpointOfNobody() {
        return new PgBouncerEndpoint(
                new PgBouncerSettings(
                        "127.0.0.1",
                        1,
                        "u",
                        "p",
                        Optional.empty(),
                        List.of("shop"),
                        Path.of("/none"),
                        source,
                        source,
                        Duration.ZERO),
                source,
                source,
                Duration.ZERO);
    }

    @Test
    void givesUpWhereATransactionStaysOpenAndLetsEverybodyGoOn() throws Exception {
        try (PgBouncer pgBouncer = start("");
                Connection late = client(pgBouncer);
                Connection other = client(pgBouncer)) {
            late.setAutoCommit(false);
            ask(late, "SELECT 1");
            ask(other, "SELECT 1");

            SyncException fault = catchThrowableOfType(
                    SyncException.class, () -> endpoint(pgBouncer).hold());

            assertThat(fault.what())
                    .isEqualTo(
                            "Transactions through PgBouncer's shop were still open after 1000 ms, so nothing was moved and "
                                    + "the applications continue.");
            assertThat(ask(other, "SELECT 2")).isEqualTo("2");
            late.commit();
            assertThat(ask(late, "SELECT 3")).isEqualTo("3");
            assertThat(problems(endpoint(pgBouncer))).isEmpty();
        }
    }

    @Test
    void takesConnectionsToAnotherDatabaseAndBackWhileTheyWait(Servers servers) throws Exception {
        DatabaseSettings second = servers.freshDatabase(18);
        URI address = URI.create(second.url().substring("jdbc:".length()));
        Server destination = new Server(
                address.getHost(), address.getPort(), address.getPath().substring(1));
        try (PgBouncer pgBouncer = start("");
                Connection client = client(pgBouncer)) {
            PgBouncerEndpoint there = endpoint(pgBouncer, PgBouncer.ADMIN, pgBouncer.file(), destination);
            assertThat(ask(client, "SELECT current_database()")).isEqualTo(source.database());

            there.hold();
            // As after a crash in between: every act is repeated.
            there.hold();
            there.move();
            there.move();
            assertThat(ask(client, "SELECT current_database()")).isEqualTo(destination.database());
            assertThat(pgBouncer.file()).hasContent(line(destination));

            PgBouncerEndpoint back =
                    new PgBouncerEndpoint(there.settings(), destination, source, Duration.ofSeconds(30));
            assertThat(problems(back)).isEmpty();
            back.hold();
            back.stay();
            back.stay();
            assertThat(ask(client, "SELECT current_database()")).isEqualTo(destination.database());
            back.hold();
            back.move();
            assertThat(ask(client, "SELECT current_database()")).isEqualTo(source.database());
            assertThat(pgBouncer.file()).hasContent(line(source));
        }
    }

    private static Connection client(PgBouncer pgBouncer) throws Exception {
        return DriverManager.getConnection(pgBouncer.url("shop"), "postgres", "x");
    }

    private static String ask(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
