package org.dtssync.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a task file gives, and the exact sentences a person reads about a wrong one. */
class TaskFileReaderTest {

    private static final String MINIMAL = """
            name: shop
            source: { url: "jdbc:postgresql://127.0.0.1:5432/shop", user: migrator }
            destination: { url: "jdbc:postgresql://127.0.0.1:5433/shop", user: migrator }
            kafka: { bootstrap.servers: "127.0.0.1:9092" }
            registry: { url: "http://127.0.0.1:8081" }
            """;

    @TempDir
    Path directory;

    @Test
    void ofSeveralPatternsOfATableTheLaterOneCounts() {
        TopicSettings topics = read(MINIMAL + """
                topics:
                  retention.ms: 1000
                  tables:
                    "a.*": { retention.ms: 500, compression.type: zstd }
                    "a.b": { retention.ms: -1 }
                """).topics();

        assertThat(topics.configOf("a", "b")).isEqualTo(Map.of("retention.ms", "-1", "compression.type", "zstd"));
        assertThat(topics.configOf("a", "c")).isEqualTo(Map.of("retention.ms", "500", "compression.type", "zstd"));
        assertThat(topics.configOf("b", "b")).isEmpty();
        assertThat(topics.leastRetentionMillis()).isEqualTo(500);
        assertThat(topics.tombstones()).isFalse();
    }

    @Test
    void fillsInEveryDefault() {
        TaskFile task = read(MINIMAL);

        assertThat(task.name()).isEqualTo("shop");
        assertThat(task.slot()).isEqualTo("dts_sync_shop");
        assertThat(task.source().database().password()).isNull();
        assertThat(task.source().database().properties()).isEmpty();
        assertThat(task.destination().database().password()).isNull();
        assertThat(task.destination().database().properties()).isEmpty();
        assertThat(task.destination().existing()).isEqualTo(DestinationSettings.Existing.FAIL);
        assertThat(task.kafka()).isEqualTo(new KafkaSettings(false, Map.of("bootstrap.servers", "127.0.0.1:9092")));
        assertThat(task.topics()).isEqualTo(new TopicSettings(1, 604_800_000, Map.of()));
        assertThat(task.registry()).isEqualTo(new RegistrySettings(false, "http://127.0.0.1:8081", Map.of()));
        assertThat(task.converters()).isEqualTo(new ConverterSettings(null, Map.of(), null, Map.of()));
        assertThat(task.dataDir()).isEqualTo(directory.resolve("home/.local/share/dts-sync/shop"));
        assertThat(task.objects())
                .isEqualTo(new ObjectSelection(List.of("public.*"), List.of(), ObjectSelection.Owners.KEEP));
        assertThat(task.snapshot()).isEqualTo(new SnapshotSettings(2, 100_000, 0));
        assertThat(task.retry()).isEqualTo(new RetrySettings(Duration.ofHours(12), Duration.ofMinutes(10)));
        assertThat(task.secondInstance()).isEqualTo(SecondInstance.REFUSE);
        assertThat(task.walWarningBytes()).isEqualTo(10L << 30);
        assertThat(task.metrics()).isEmpty();
    }

    @Test
    void mapsEveryKey() throws IOException {
        Files.writeString(directory.resolve("password"), "from file\n");

        TaskFile task = read("""
                name: shop_2
                source:
                  url: jdbc:postgresql://a:1,b:2/shop?sslmode=require&password=hidden
                  user: reader
                  password: "${env:SOURCE_PASSWORD}"
                  properties: { sslrootcert: /etc/ca.pem, socketTimeout: 30 }
                destination:
                  url: jdbc:postgresql://[::1]/shop
                  user: writer
                  password: "${file:password}"
                  properties: { sslmode: disable }
                  existing: adopt
                kafka:
                  bootstrap.servers: [ "a:9092", "b:9092" ]
                  security.protocol: SASL_SSL
                  ssl: { truststore: { location: /etc/trust.jks } }
                  sasl.jaas.config: 'login user="u" password="${env:SOURCE_PASSWORD}";'
                topics: { replication.factor: 3, retention.ms: -1, config: { compression: { type: zstd } } }
                registry: { url: "https://registry", basic.auth.user.info: "u:${env:SOURCE_PASSWORD}" }
                key.converter: io.confluent.connect.avro.AvroConverter
                key.converter.schema.registry.url: http://key
                value.converter: org.apache.kafka.connect.json.JsonConverter
                value.converter.schemas.enable: false
                data.dir: state
                objects: { include: [ "public.*", "sales.o?ders" ], exclude: [ "*.scratch_*" ], owners: drop }
                snapshot: { workers: 8, chunk.rows: 5000 }
                retry: { connection: 500ms, other: 30s }
                second.instance: standby
                wal.warning: 512MB
                metrics: { listen: "[::1]:0" }
                """);

        assertThat(task.name()).isEqualTo("shop_2");
        assertThat(task.source().database().url())
                .isEqualTo("jdbc:postgresql://a:1,b:2/shop?sslmode=require&password=hidden");
        assertThat(task.source().database().user()).isEqualTo("reader");
        assertThat(task.source().database().password()).isEqualTo("s3cret ");
        assertThat(task.source().database().properties())
                .isEqualTo(Map.of("sslrootcert", "/etc/ca.pem", "socketTimeout", "30"));
        assertThat(task.destination().database().url()).isEqualTo("jdbc:postgresql://[::1]/shop");
        assertThat(task.destination().database().user()).isEqualTo("writer");
        assertThat(task.destination().database().password()).isEqualTo("from file");
        Files.writeString(directory.resolve("password"), "another\n");
        assertThat(task.destination().database().password())
                .as("a file that was replaced since")
                .isEqualTo("another");
        assertThat(task.destination().database().properties()).isEqualTo(Map.of("sslmode", "disable"));
        assertThat(task.destination().existing()).isEqualTo(DestinationSettings.Existing.ADOPT);
        assertThat(task.kafka().properties())
                .isEqualTo(Map.of(
                        "bootstrap.servers", "a:9092,b:9092",
                        "security.protocol", "SASL_SSL",
                        "ssl.truststore.location", "/etc/trust.jks",
                        "sasl.jaas.config", "login user=\"u\" password=\"s3cret \";"));
        assertThat(task.topics()).isEqualTo(new TopicSettings(3, -1, Map.of("compression.type", "zstd")));
        assertThat(task.registry().url()).isEqualTo("https://registry");
        assertThat(task.registry().properties()).isEqualTo(Map.of("basic.auth.user.info", "u:s3cret "));
        assertThat(task.converters())
                .isEqualTo(new ConverterSettings(
                        "io.confluent.connect.avro.AvroConverter",
                        Map.of("schema.registry.url", "http://key"),
                        "org.apache.kafka.connect.json.JsonConverter",
                        Map.of("schemas.enable", "false")));
        assertThat(task.dataDir()).isEqualTo(directory.resolve("state"));
        assertThat(task.objects())
                .isEqualTo(new ObjectSelection(
                        List.of("public.*", "sales.o?ders"), List.of("*.scratch_*"), ObjectSelection.Owners.DROP));
        assertThat(task.snapshot()).isEqualTo(new SnapshotSettings(8, 5000, 0));
        assertThat(task.retry()).isEqualTo(new RetrySettings(Duration.ofMillis(500), Duration.ofSeconds(30)));
        assertThat(task.secondInstance()).isEqualTo(SecondInstance.STANDBY);
        assertThat(task.walWarningBytes()).isEqualTo(512L << 20);
        assertThat(task.metrics()).contains(new MetricsSettings("::1", 0));
        assertThat(task.toString()).doesNotContain("s3cret", "hidden", "from file");
    }

    @Test
    void mapsEveryKeyOfPgBouncer() {
        TaskFile task = read(MINIMAL + """
                switchover:
                  pgbouncer.console: "[::1]:6432"
                  pgbouncer.user: admin
                  pgbouncer.password: "${env:SOURCE_PASSWORD}"
                  pgbouncer.root.certificate: /etc/pgbouncer/root.crt
                  pgbouncer.databases: [ shop, "Shop two" ]
                  pgbouncer.file: shop.ini
                  pgbouncer.destination: "/run/postgresql:5433/other"
                  pgbouncer.pause.timeout: 7s
                """);

        assertThat(task.switchover().pgBouncer())
                .contains(new PgBouncerSettings(
                        "::1",
                        6432,
                        "admin",
                        "s3cret ",
                        Optional.of(Path.of("/etc/pgbouncer/root.crt")),
                        List.of("shop", "Shop two"),
                        directory.resolve("shop.ini"),
                        new PgBouncerSettings.Server("127.0.0.1", 5432, "shop"),
                        new PgBouncerSettings.Server("/run/postgresql", 5433, "other"),
                        Duration.ofSeconds(7)));
        assertThat(task.toString()).doesNotContain("s3cret");
    }

    @Test
    void takesEmbeddedBrokerAndRegistry() {
        TaskFile task = read(MINIMAL.replaceAll("(kafka|registry): .*", "$1: embedded"));

        assertThat(task.kafka()).isEqualTo(new KafkaSettings(true, Map.of()));
        assertThat(task.registry()).isEqualTo(new RegistrySettings(true, null, Map.of()));
    }

    @Test
    void listsAllMistakesAtOnceInTheOrderOfTheFile() {
        assertThat(mistakes("""
                nam: shop
                sorce: { url: "jdbc:postgresql://127.0.0.1:5432/shop", user: migrator }
                destination:
                  url: jdbc:postgresql://127.0.0.1/
                  user: migrator
                  existing: keep
                kafka: embedded
                registry: { url: "http://127.0.0.1:8081" }
                snapshot: { workers: two, chunk_rows: 10 }
                retry: { connection: 12 hours }
                wal.warning: 10 Gigabytes
                """)).isEqualTo("""
                Task file task.yaml has 10 mistakes:
                - Unknown key 'nam' (line 1). Did you mean 'name'?
                - Unknown key 'sorce' (line 2). Did you mean 'source'?
                - destination.url (line 4) must name a host and a database, and no user or password before the host. \
                Write for example: url: "jdbc:postgresql://127.0.0.1:5433/shop"
                - destination.existing (line 6) is 'keep', which is not one of fail, empty, adopt. \
                Write for example: existing: fail
                - Unknown key 'snapshot.chunk_rows' (line 9). Did you mean 'snapshot.chunk.rows'?
                - snapshot.workers (line 9) is 'two', which is not a whole number from 1 to 64. \
                Write for example: workers: 4
                - retry.connection (line 10) is '12 hours', which is not a duration, a number with one of the units \
                ms, s, m, h or d. Write for example: connection: 12h
                - wal.warning (line 11) is '10 Gigabytes', which is not a size, a number of bytes, kB, MB, GB or TB. \
                Write for example: wal.warning: 10GB
                - name is missing. Write for example: name: shop
                - source is missing. Write for example: \
                source: { url: "jdbc:postgresql://127.0.0.1:5432/shop", user: migrator }""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name: shop|name: Shop|name (line 1) is not a task's name: a lower-case letter, then up to 39 lower-case letters, digits or _. Write for example: name: shop
            name: shop|name: [shop]|name (line 1) must be a single value, not a list. Write for example: name: shop
            name: shop|name:|name (line 1) has no value. Write for example: name: shop
            user: migrator }|user: "" }|source.user (line 2) is empty. Write for example: user: migrator
            jdbc:postgresql://127.0.0.1:5432|jdbc:mysql://x|source.url (line 2) does not begin with jdbc:postgresql://. Write for example: url: "jdbc:postgresql://127.0.0.1:5432/shop"
            127.0.0.1:5432|me:pw@host|source.url (line 2) must name a host and a database, and no user or password before the host. Write for example: url: "jdbc:postgresql://127.0.0.1:5432/shop"
            127.0.0.1:5432/shop|/shop?service=old|source.url (line 2) names a service, and dts-sync reads no service files; write host, port and database into the URL. Write for example: url: "jdbc:postgresql://127.0.0.1:5432/shop"
            127.0.0.1:5432/shop|%2Fvar%2Frun%2Fpostgresql/shop|source.url (line 2) names the directory of a Unix socket, which the JDBC driver cannot use; name a host, such as localhost. Write for example: url: "jdbc:postgresql://127.0.0.1:5432/shop"
            127.0.0.1:5432/shop|h/shop?host=/var/run/postgresql|source.url (line 2) names the directory of a Unix socket, which the JDBC driver cannot use; name a host, such as localhost. Write for example: url: "jdbc:postgresql://127.0.0.1:5432/shop"
            user: migrator }|user: migrator, properties: { service: old } }|source.properties (line 2) names a service, and dts-sync reads no service files; write host, port and database into the URL. Write for example: properties: { sslmode: verify-full }
            kafka: {|wal.warning: 1PB¶kafka: {|wal.warning (line 4) is '1PB', which is not a size, a number of bytes, kB, MB, GB or TB. Write for example: wal.warning: 10GB
            kafka: { bootstrap.servers: "127.0.0.1:9092" }|kafka: { client.id: x }|kafka.bootstrap.servers is missing. Write for example: bootstrap.servers: "127.0.0.1:9092"
            kafka: { bootstrap.servers: "127.0.0.1:9092" }|kafka: 127.0.0.1:9092|kafka (line 4) must be a map, not a single value. Write for example: kafka: { bootstrap.servers: "127.0.0.1:9092" } or kafka: embedded
            registry: {|registry: { uri: x,|none
            http://127.0.0.1:8081|localhost:8081|registry.url (line 5) does not begin with http:// or https:// and a host. Write for example: url: "http://127.0.0.1:8081"
            name: shop|name: shop¶name: shop|Key 'name' appears twice (lines 1 and 2). Remove one of them.
            name: shop|name: shop¶workers: 2|Unknown key 'workers' (line 2). Did you mean 'snapshot.workers'?
            name: shop|name: shop¶data: { dir: x }|Unknown key 'data' (line 2). Did you mean 'data.dir'?
            name: shop|name: shop¶objects: { include: "public.*" }|objects.include (line 2) must be a list, not a single value. Write for example: include: [ "public.*" ]
            name: shop|name: shop¶objects: { include: [] }|objects.include (line 2) is an empty list, which selects nothing. Write for example: include: [ "public.*" ]
            name: shop|name: shop¶objects: { include: [ orders ] }|objects.include (line 2) has the pattern 'orders', which names no schema. Write it as schema.table: [ "public.*" ]
            name: shop|name: shop¶snapshot: 2|snapshot (line 2) must be a map, not a single value. Write for example: snapshot: { workers: 4 }
            name: shop|name: shop¶second.instance: wait|second.instance (line 2) is 'wait', which is not one of refuse, standby. Write for example: second.instance: refuse
            name: shop|name: shop¶topics: { retention.ms: 0 }|topics.retention.ms (line 2) is '0', which is not a whole number from -1 up. Write for example: retention.ms: 604800000
            name: shop|name: shop¶topics: { config: { cleanup.policy: compact } }|topics.config.cleanup.policy cannot be set there. Remove it: a compacted topic would lose changes, so it is always delete.
            name: shop|name: shop¶topics: { tables: { "a.*": { cleanup.policy: compact } } }|topics.tables.cleanup.policy cannot be set there. Remove it: a compacted topic would lose changes, so it is always delete.
            name: shop|name: shop¶topics: { tables: { audit: { retention.ms: -1 } } }|topics.tables (line 2) has the pattern 'audit', which names no schema. Write it as schema.table: { "public.audit*": { retention.ms: -1, compression.type: zstd } }
            name: shop|name: shop¶topics: { tables: { "a.*": 3 } }|topics.tables (line 2) has for 'a.*' a single value. Write a map of properties: { "public.audit*": { retention.ms: -1, compression.type: zstd } }
            name: shop|name: shop¶topics: { tombstones: maybe }|topics.tombstones (line 2) is 'maybe', which is not true or false. Write for example: tombstones: true
            user: migrator }|user: migrator, password: "${env:NOT_SET}" }|source.password (line 2) names the environment variable NOT_SET, which is not set. Set it: export NOT_SET=...
            user: migrator }|user: migrator, password: "${file:/no/such}" }|source.password (line 2) names the file /no/such, which cannot be read (no such file). Create it, readable for the account that runs dts-sync.
            user: migrator }|user: migrator, password: "${vault:x}" }|source.password (line 2) has a ${ that begins neither ${env:NAME} nor ${file:/path}. Write one of these; a value that itself contains ${ can come from either.
            user: migrator }|user: migrator, passwort: "x" }|Unknown key 'source.passwort' (line 2). Did you mean 'source.password'?
            name: shop|name: shop¶switchover: { pgbouncer.console: "h:1", pgbouncer.user: u, pgbouncer.databases: [ d ] }|switchover.pgbouncer.file is missing. Write for example: pgbouncer.file: /etc/pgbouncer/shop.ini
            name: shop|name: shop¶switchover: { pgbouncer.console: h, pgbouncer.user: u, pgbouncer.databases: [ d ], pgbouncer.file: f }|switchover.pgbouncer.console (line 2) is not a host and a port, host:port. Write for example: pgbouncer.console: "127.0.0.1:6432"
            name: shop|name: shop¶switchover: { pgbouncer.console: "h:1", pgbouncer.user: u, pgbouncer.databases: [], pgbouncer.file: f }|switchover.pgbouncer.databases (line 2) is an empty list. Write for example: pgbouncer.databases: [ shop ]
            name: shop|name: shop¶switchover: { pgbouncer.console: "h:1", pgbouncer.user: u, pgbouncer.databases: [ d ], pgbouncer.file: f, pgbouncer.source: "h:5432" }|switchover.pgbouncer.source (line 2) is not host:port/dbname. Write for example: pgbouncer.source: "10.0.0.5:5432/shop"
            name: shop|name: shop¶switchover: { pgbouncer.console: "h:1", pgbouncer.user: u, pgbouncer.databases: [ d ], pgbouncer.file: f, command: /bin/true }|switchover.command (line 2) and switchover.pgbouncer.console cannot both be given. Remove one of them.
            name: shop|name: shop¶switchover: { pgbouncer.console: "h:1", pgbouncer.user: u, pgbouncer.databases: [ d ], pgbouncer.file: f, pgbouncer.paus.timeout: 5s }|Unknown key 'switchover.pgbouncer.paus.timeout' (line 2). Did you mean 'switchover.pgbouncer.pause.timeout'?
            name: shop|name: shop¶metrics: { listen: "9404" }|metrics.listen (line 2) is not a host and a port, host:port. Write for example: listen: "127.0.0.1:9404"
            name: shop|name: shop¶metrics: { listen: "h:65536" }|metrics.listen (line 2) is not a host and a port, host:port. Write for example: listen: "127.0.0.1:9404"
            user: migrator }|user: migrator, existing: fail }|Unknown key 'source.existing' (line 2). Did you mean 'destination.existing'?
            """)
    void namesTheMistake(String original, String replacement, String sentence) {
        String text = MINIMAL.replaceFirst(
                java.util.regex.Pattern.quote(original),
                java.util.regex.Matcher.quoteReplacement(replacement == null ? "" : replacement.replace("¶", "\n")));
        if (sentence.equals("none")) {
            assertThat(read(text).registry().properties()).containsEntry("uri", "x");
        } else {
            assertThat(mistakes(text)).isEqualTo("Task file task.yaml has 1 mistake:\n- " + sentence);
        }
    }

    @Test
    void saysWhereTheFileIsNotYamlWithoutQuotingIt() {
        assertThat(mistakes("name: shop\nsource: { password: s3cret\nkafka: [\n"))
                .startsWith("Task file task.yaml has 1 mistake:\n- The file is not valid YAML at line ")
                .doesNotContain("s3cret");
        assertThat(mistakes("name: [")).contains("is not valid YAML at line 1: expected the node content. Check the");
        assertThat(mistakes("")).contains("The file is empty.");
        assertThat(mistakes("name: " + "a".repeat(2 << 20))).contains("a task file has up to 1048576");
        assertThat(mistakes("[a]")).contains("The file must be a map of keys, not a list.");
    }

    @Test
    void neverRepeatsASecret() {
        String text = mistakes("""
                name: shop
                source: { url: "jdbc:postgresql://h/?password=s3cret", user: "${env:SOURCE_PASSWORD}" }
                destination: { url: "s3cret", user: u, password: [ s3cret ] }
                kafka: { bootstrap.servers: x, sasl.jaas.config: [ { s3cret: s3cret } ] }
                registry: { url: "s3cret" }
                retry: { other: "${env:SOURCE_PASSWORD}" }
                """);

        assertThat(text).contains("6 mistakes").contains("retry.other (line 6) is '${env:SOURCE_PASSWORD}'");
        assertThat(text).doesNotContain("s3cret");
    }

    @Test
    void saysThatThereIsNoFile() {
        SyncException fault =
                catchThrowableOfType(SyncException.class, () -> reader().read(directory.resolve("other.yaml")));

        assertThat(fault.kind()).isEqualTo(FaultKind.USAGE);
        assertThat(fault.what()).isEqualTo("Task file " + directory.resolve("other.yaml") + " does not exist.");
    }

    private String mistakes(String text) {
        SyncException fault = catchThrowableOfType(SyncException.class, () -> read(text));
        assertThat(fault).as("a wrong task file is refused").isNotNull();
        assertThat(fault.kind()).isEqualTo(FaultKind.USAGE);
        return fault.getMessage();
    }

    private TaskFile read(String text) {
        Path file = directory.resolve("task.yaml");
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return reader().read(file);
    }

    private TaskFileReader reader() {
        return new TaskFileReader(Map.of("SOURCE_PASSWORD", "s3cret "), directory.resolve("home"));
    }
}
