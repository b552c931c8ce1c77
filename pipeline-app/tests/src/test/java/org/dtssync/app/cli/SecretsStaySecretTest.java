package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.CommandLineProcess.Started;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.TopicNames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever fails, no password is in a log, an answer, a topic, a row of the state, a session or a process's arguments. */
@ExtendWith(ServersExtension.class)
class SecretsStaySecretTest {

    /** Part of every password of this test, and of nothing else. */
    private static final String MARK = "s3cr3t";

    private static final String NOWHERE = "127.0.0.1:1";

    @TempDir
    Path directory;

    private CommandLineProcess dtsSync;
    private DatabaseSettings source;
    private DatabaseSettings destination;
    private String role;
    private String brokers;
    private String registry;
    private String name;

    /** What was found where: places whose text must not hold the mark. */
    private final Map<String, String> places = new LinkedHashMap<>();

    @BeforeEach
    void makeDatabases(Servers servers) throws SQLException {
        dtsSync = new CommandLineProcess(directory, Map.of("DESTINATION_PASSWORD", MARK + "-destination"));
        source = servers.freshDatabase(17);
        destination = servers.freshDatabase(18);
        role = servers.uniqueName();
        name = servers.uniqueName();
        brokers = servers.kafka().bootstrapServers();
        registry = servers.registry().url().replace("http://", "");
        execute(source, "CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD '" + MARK + "-source'");
        execute(destination, "CREATE ROLE " + role + " LOGIN SUPERUSER PASSWORD '" + MARK + "-destination'");
        execute(source, "CREATE TABLE public.item (id int PRIMARY KEY, v text)");
        execute(source, "INSERT INTO public.item VALUES (1, 'one')");
        execute(source, "CREATE VIEW public.seen AS SELECT id FROM public.item");
    }

    @AfterEach
    void dropRoles() throws SQLException {
        for (DatabaseSettings database : List.of(source, destination)) {
            execute(database, "DROP OWNED BY " + role);
            execute(database, "DROP ROLE " + role);
        }
    }

    @Test
    void inAWholeFailingRun() throws Exception {
        failsBeforeItBegins();
        String task = task("task.yaml", brokers, registry, MARK + "-source");
        assertSucceeds("run", task, "--until", "caught-up");
        failsWhileItRuns(task);
        failsWithoutServers();

        lookAtOutputs();
        lookAtTopics();
        lookAtDatabases();
        assertThat(places).hasSizeGreaterThan(20);
        places.forEach((place, text) ->
                assertThat(text.toLowerCase(java.util.Locale.ROOT)).as(place).doesNotContain(MARK));
        assertSucceeds("release", task, "--topics");
    }

    private void failsBeforeItBegins() throws Exception {
        assertFails("run", task("password.yaml", brokers, registry, MARK + "-wrong"));
        assertFails("precheck", task("away.yaml", NOWHERE, NOWHERE, MARK + "-wrong"), "--json");
        String text = Files.readString(Path.of(task("mistake.yaml", brokers, registry, MARK + "-source")));
        assertFails("run", dtsSync.file("mistake.yaml", text.replace("user:", "usr:")));
    }

    private void failsWhileItRuns(String task) throws Exception {
        execute(destination, "DELETE FROM public.item");
        execute(source, "UPDATE public.item SET v = 'two'");
        Started run = dtsSync.start("run", task);
        await().atMost(Duration.ofSeconds(60)).until(() -> run.errSoFar().contains("Entering phase."));
        places.put("arguments", arguments(run));
        places.put("sessions at the source", rows(source, "SELECT * FROM pg_stat_activity"));
        places.put("sessions at the destination", rows(destination, "SELECT * FROM pg_stat_activity"));
        Outcome failed = run.await();
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).contains("was changed by another client");
        assertSucceeds("status", task, "--json");
        assertFails("structure", "set", task, "no such object", dtsSync.file("wrong.sql", "CREATE VIEW ("));
        execute(destination, "INSERT INTO public.item VALUES (1, 'one')");
    }

    private static String arguments(Started run) {
        ProcessHandle.Info info = run.process().info();
        return info.commandLine().orElse("") + String.join(" ", info.arguments().orElse(new String[0]));
    }

    /** The retry window is short: each try is logged. */
    private void failsWithoutServers() throws Exception {
        assertFails("run", task("broker.yaml", NOWHERE, registry, MARK + "-source"));
        assertFails("run", task("registry.yaml", brokers, NOWHERE, MARK + "-source"));
    }

    private String task(String file, String kafka, String registryAddress, String sourcePassword) throws Exception {
        return dtsSync.file(file, """
                name: %s
                source: { url: "%s?password=%s", user: %s }
                destination: { url: "%s", user: %s, password: "${env:DESTINATION_PASSWORD}" }
                kafka:
                  bootstrap.servers: "%s"
                  sasl.jaas.config: 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="%s-sasl";'
                registry: { url: "http://reader:%s-registry@%s" }
                retry: { connection: 3s, other: 3s }
                """.formatted(
                name, source.url(), sourcePassword, role, destination.url(), role, kafka, MARK, MARK, registryAddress));
    }

    private void assertFails(String... arguments) throws Exception {
        Outcome outcome = dtsSync.run(arguments);
        assertThat(outcome.exitCode()).as(String.join(" ", arguments)).isNotZero();
        assertThat(outcome.err() + outcome.out())
                .as(String.join(" ", arguments))
                .isNotBlank();
    }

    private void assertSucceeds(String... arguments) throws Exception {
        Outcome outcome = dtsSync.run(arguments);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private void lookAtOutputs() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".txt")).toList()) {
                places.put("output " + file.getFileName(), Files.readString(file));
            }
        }
    }

    private void lookAtTopics() throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", brokers, "auto.offset.reset", "earliest");
        try (Admin admin = Admin.create(client);
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = admin.listTopics().names().get().stream()
                    .filter(new TopicNames(name)::isOurs)
                    .map(topic -> new TopicPartition(topic, 0))
                    .toList();
            assertThat(partitions).hasSizeGreaterThanOrEqualTo(2);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            StringBuilder text = new StringBuilder();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    text.append(latin(record.key())).append(latin(record.value()));
                    record.headers().forEach(header -> text.append(latin(header.value())));
                }
            }
            assertThat(text.toString()).contains("dts_sync_" + name);
            places.put("topics", text.toString());
        }
    }

    private static String latin(byte[] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private void lookAtDatabases() throws SQLException {
        for (Map.Entry<String, DatabaseSettings> end :
                Map.of("source", source, "destination", destination).entrySet()) {
            String tables = rows(
                    end.getValue(), "SELECT tablename FROM pg_tables WHERE schemaname = 'dts_sync' ORDER BY tablename");
            for (String table : tables.lines().toList()) {
                places.put(
                        "dts_sync." + table + " at the " + end.getKey(),
                        rows(end.getValue(), "SELECT * FROM dts_sync." + table));
            }
            places.put(
                    "slots and publications of the " + end.getKey(),
                    rows(end.getValue(), "SELECT slot_name FROM pg_replication_slots")
                            + rows(end.getValue(), "SELECT pubname FROM pg_publication"));
        }
        assertThat(places.get("dts_sync.task at the destination")).contains(name);
    }

    private static String rows(DatabaseSettings database, String sql) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                StringBuilder line = new StringBuilder();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    line.append(i == 1 ? "" : " ").append(rows.getString(i));
                }
                lines.add(line.toString());
            }
        }
        return String.join("\n", lines);
    }

    private static void execute(DatabaseSettings database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url(), database.user(), "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
