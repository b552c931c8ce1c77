package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Owners;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.pipeline.TaskInventory;
import org.dtssync.app.precheck.PrecheckItem.Result;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fresh database at each of two real servers for every test. Roles a test makes begin with {@code t_} and are dropped after it.
 */
final class PrecheckServers implements BeforeEachCallback, AfterEachCallback {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private EmbeddedPostgres source;
    private EmbeddedPostgres destination;
    private String database;
    private final List<Connection> open = new ArrayList<>();

    /** The settings of a task; a test changes what it is about. */
    String user = "postgres";

    Existing existing = Existing.FAIL;
    DdlSettings ddl = DdlSettings.DEFAULT;
    ObjectSelection objects = new ObjectSelection(List.of("public.*"), List.of(), Owners.KEEP);
    Duration precheckTimeout = Duration.ofSeconds(15);
    KafkaSettings kafka = new KafkaSettings(true, Map.of());
    RegistrySettings registry = new RegistrySettings(true, null, Map.of());
    TopicSettings topics = new TopicSettings(1, 604_800_000, Map.of());
    boolean reverse;
    boolean same;
    Duration suspiciousAge = Duration.ofSeconds(30);

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        Servers servers = ServersExtension.of(context);
        source = servers.postgres(14, Map.of("max_prepared_transactions", "5"));
        destination = servers.postgres(17, Map.of("wal_level", "replica", "max_wal_senders", "0"));
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
        return List.of(source, destination);
    }

    String database() {
        return database;
    }

    /** Makes the database at the destination again, with other options. */
    void remakeDestination(String options) throws SQLException {
        run(destination, "postgres", "DROP DATABASE " + database + " WITH (FORCE)");
        run(destination, "postgres", "CREATE DATABASE " + database + " TEMPLATE template0 " + options);
    }

    /** Makes the database at the source again, with other options. */
    void remakeSource(String options) throws SQLException {
        run(source, "postgres", "DROP DATABASE " + database + " WITH (FORCE)");
        run(source, "postgres", "CREATE DATABASE " + database + " TEMPLATE template0 " + options);
    }

    /** Runs statements at the source as a superuser. */
    void atSource(String sql) throws SQLException {
        run(source, database, sql);
    }

    /** Runs statements at the destination as a superuser. */
    void atDestination(String sql) throws SQLException {
        run(destination, database, sql);
    }

    /** Opens a session at the source that lasts until the end of the test. */
    Connection sourceSession() throws SQLException {
        Connection connection = DriverManager.getConnection(url(source, database), "postgres", "");
        open.add(connection);
        return connection;
    }

    DatabaseSettings sourceSettings() {
        return new DatabaseSettings(url(source, database), user, null, Map.of());
    }

    DatabaseSettings destinationSettings() {
        return new DatabaseSettings(url(destination, database), user, null, Map.of());
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
                .precheckTimeout(precheckTimeout)
                .objects(objects)
                .ddl(ddl)
                // What is migrated must not depend on the programs of this machine.
                .structure(new StructureSettings(StructureSettings.Reader.BUILTIN, Optional.empty()))
                .retry(new RetrySettings(Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .build();
    }

    List<PrecheckItem> precheck() {
        return new Precheck(
                        task(), suspiciousAge, Checks.all(), new TaskInventory(task())::statements, LaterChecks.NONE)
                .run();
    }

    /** Asserts that a check says exactly this and nothing else that is not a pass. */
    PrecheckItem assertFound(String id, String object, Result result, String message, String remedy) {
        List<PrecheckItem> found = of(id);
        assertThat(found).map(Finding::of).containsExactly(new Finding(id, object, result, message, remedy));
        return found.get(0);
    }

    /** Returns the items of one check. */
    List<PrecheckItem> of(String id) {
        List<Check> one =
                Checks.all().stream().filter(check -> check.id().equals(id)).toList();
        return new Precheck(task(), suspiciousAge, one, new TaskInventory(task())::statements, LaterChecks.NONE)
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
