package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.app.testing.TaskFileBuilder;
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

    private record Servers(Path directory, EmbeddedPostgres source, EmbeddedPostgres destination)
            implements AutoCloseable {

        static Servers start() {
            try {
                Path directory = Files.createTempDirectory("precheck");
                return new Servers(
                        directory,
                        EmbeddedPostgres.start(
                                settings(14, directory.resolve("source"), Map.of("max_prepared_transactions", "5"))),
                        EmbeddedPostgres.start(settings(
                                17,
                                directory.resolve("destination"),
                                Map.of("wal_level", "replica", "max_wal_senders", "0"))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static PostgresSettings settings(int major, Path directory, Map<String, String> server) {
            return new PostgresSettings(major, directory, server, false);
        }

        @Override
        public void close() throws IOException {
            try (source;
                    destination) {
                // Both are stopped, the second one even if the first one cannot be.
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        servers = context.getStore(
                        ExtensionContext.StoreScope.LAUNCHER_SESSION,
                        ExtensionContext.Namespace.create(PrecheckServers.class))
                .getOrComputeIfAbsent(Servers.class, key -> Servers.start(), Servers.class);
        database = "precheck_" + NUMBER.incrementAndGet();
        for (EmbeddedPostgres server : both()) {
            run(server, "postgres", "CREATE DATABASE " + database);
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

    /** Makes the database at the destination again, with other options. */
    void remakeDestination(String options) throws SQLException {
        run(servers.destination, "postgres", "DROP DATABASE " + database + " WITH (FORCE)");
        run(servers.destination, "postgres", "CREATE DATABASE " + database + " TEMPLATE template0 " + options);
    }

    /** Makes the database at the source again, with other options. */
    void remakeSource(String options) throws SQLException {
        run(servers.source, "postgres", "DROP DATABASE " + database + " WITH (FORCE)");
        run(servers.source, "postgres", "CREATE DATABASE " + database + " TEMPLATE template0 " + options);
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
        return new TaskFileBuilder("shop")
                .source(new SourceSettings(source))
                .destination(new DestinationSettings(destination, existing))
                .kafka(kafka)
                .topics(topics)
                .registry(registry)
                .objects(objects)
                .retry(new RetrySettings(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .build();
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
        return server.url(database);
    }
}
