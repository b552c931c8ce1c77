package org.dtssync.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.FreePort;
import org.dtssync.app.testing.CommandLineProcess;
import org.dtssync.app.testing.CommandLineProcess.Outcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A company's servers: PostgreSQL with {@code verify-full}, with a password and with a client certificate, Kafka with SASL_SSL and the
 * ACLs of docs/security.md, a registry over HTTPS with a login. A task runs through them, and whatever is wrong with a certificate or a
 * login is one sentence within seconds.
 */
@ExtendWith(ServersExtension.class)
class SecureServersTest {

    private static final String TASK = "secure";
    /** What the names of a task's topics begin with, before the dot. */
    private static final List<String> PREFIXES = List.of(TASK, "__dts_sync." + TASK);

    private static final String LOGIN = "secure_login";
    private static final String HOLDER = "secure_holder";
    private static final String SECRET = "kafka-s3cr3t";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** The certificates of the servers: the right one, and what can be wrong with one. */
    private static final List<String> CERTIFICATES = List.of("right", "elsewhere", "expired");

    @TempDir
    static Path directory;

    private static final Map<String, TestAuthority.Signed> SIGNED = new LinkedHashMap<>();
    private static final Map<String, SecureRegistry> REGISTRIES = new HashMap<>();
    private static final Map<String, Integer> BROKER_PORTS = new HashMap<>();
    private static int plainPort;
    private static TestAuthority authority;
    private static TestAuthority other;
    private static EmbeddedPostgres postgres;
    private static EmbeddedKafka kafka;
    private static CommandLineProcess dtsSync;

    @BeforeAll
    static void startServers(Servers servers) throws Exception {
        authority = new TestAuthority(Files.createDirectory(directory.resolve("authority")));
        other = new TestAuthority(Files.createDirectory(directory.resolve("other")));
        SIGNED.put("right", authority.sign("right", "-ext", "san=ip:127.0.0.1"));
        SIGNED.put("elsewhere", authority.sign("elsewhere", "-ext", "san=dns:db.example"));
        SIGNED.put(
                "expired",
                authority.sign("expired", "-ext", "san=ip:127.0.0.1", "-startdate", "-9d", "-validity", "3"));
        SIGNED.put(HOLDER, authority.sign(HOLDER));
        dtsSync = new CommandLineProcess(directory, Map.of("LOGIN_PASSWORD", "login-s3cr3t"));
        postgres = servers.postgres(17, Map.of("password_encryption", "scram-sha-256", "max_connections", "50"));
        preparePostgres();
        kafka = startKafka();
        for (String name : CERTIFICATES) {
            REGISTRIES.put(
                    name, new SecureRegistry(signed(name), servers.registry().url()));
        }
    }

    @AfterAll
    static void stopServers() {
        REGISTRIES.values().forEach(SecureRegistry::close);
        if (kafka != null) {
            kafka.close();
        }
    }

    private static TestAuthority.Signed signed(String name) {
        TestAuthority.Signed signed = SIGNED.get(name);
        assertThat(signed).as(name).isNotNull();
        return signed;
    }

    private static SecureRegistry registry(String served) {
        SecureRegistry registry = REGISTRIES.get(served);
        assertThat(registry).as(served).isNotNull();
        return registry;
    }

    private static void preparePostgres() throws Exception {
        execute("postgres", "CREATE ROLE " + LOGIN + " LOGIN PASSWORD 'login-s3cr3t'");
        execute("postgres", "CREATE ROLE " + HOLDER + " LOGIN REPLICATION");
        execute("postgres", "CREATE DATABASE secure_source OWNER " + HOLDER);
        execute("postgres", "CREATE DATABASE secure_destination OWNER " + LOGIN);
        execute("secure_source", "CREATE TABLE public.item (id int PRIMARY KEY, v text)");
        execute("secure_source", "INSERT INTO public.item SELECT g, 'v' FROM generate_series(1, 500) g");
        execute("secure_source", "ALTER TABLE public.item OWNER TO " + HOLDER);
        execute("secure_destination", "GRANT SET ON PARAMETER session_replication_role TO " + LOGIN);
        execute("secure_destination", "GRANT CREATE, USAGE ON SCHEMA public TO " + LOGIN);
        execute("secure_destination", "GRANT pg_signal_backend, pg_read_all_stats TO " + LOGIN);
        Path data = dataDirectory();
        own(Files.copy(authority.root(), data.resolve("root.crt")));
        Files.writeString(data.resolve("pg_hba.conf"), """
                host    all postgres 127.0.0.1/32 trust
                hostssl all %s       127.0.0.1/32 scram-sha-256
                hostssl all %s       127.0.0.1/32 cert
                """.formatted(LOGIN, HOLDER));
        execute("postgres", "ALTER SYSTEM SET ssl_ca_file = 'root.crt'");
        serveWith("right");
        execute("postgres", "ALTER SYSTEM SET ssl = on");
        execute("postgres", "SELECT pg_reload_conf()");
    }

    /** A server reads its files again at a reload; sessions that are open stay. */
    private static void serveWith(String name) throws Exception {
        Path data = dataDirectory();
        Files.deleteIfExists(data.resolve("server.key"));
        Files.deleteIfExists(data.resolve("server.crt"));
        Path key = Files.copy(signed(name).key(), data.resolve("server.key"));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        own(key);
        own(Files.copy(signed(name).chain(), data.resolve("server.crt")));
        String before = text("postgres", "SELECT clock_timestamp()::text");
        execute("postgres", "SELECT pg_reload_conf()");
        // That of a new session is the server's own.
        await().until(() -> text("postgres", "SELECT (pg_conf_load_time() >= '" + before + "')::text")
                .equals("true"));
    }

    private static void own(Path file) throws IOException {
        Files.setOwner(file, Files.getOwner(file.getParent()));
    }

    private static Path dataDirectory() throws SQLException {
        return Path.of(text("postgres", "SHOW data_directory"));
    }

    private static EmbeddedKafka startKafka() throws Exception {
        int plain = FreePort.find();
        int controller = FreePort.find();
        List<String> listeners =
                new ArrayList<>(List.of("PLAINTEXT://127.0.0.1:" + plain, "CONTROLLER://127.0.0.1:" + controller));
        StringBuilder protocols = new StringBuilder("PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        Map<String, String> overrides = new HashMap<>();
        for (String name : CERTIFICATES) {
            int port = FreePort.find();
            BROKER_PORTS.put(name, port);
            listeners.add(name.toUpperCase(java.util.Locale.ROOT) + "://127.0.0.1:" + port);
            protocols
                    .append(',')
                    .append(name.toUpperCase(java.util.Locale.ROOT))
                    .append(":SASL_SSL");
            String prefix = "listener.name." + name + ".";
            overrides.put(prefix + "ssl.keystore.location", signed(name).store().toString());
            overrides.put(prefix + "ssl.keystore.password", TestAuthority.PASSWORD);
            overrides.put(prefix + "ssl.key.password", TestAuthority.PASSWORD);
            overrides.put(prefix + "ssl.keystore.type", "PKCS12");
            overrides.put(prefix + "sasl.enabled.mechanisms", "SCRAM-SHA-512");
            overrides.put(
                    prefix + "scram-sha-512.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        }
        overrides.put("listeners", String.join(",", listeners));
        listeners.remove(1);
        overrides.put("advertised.listeners", String.join(",", listeners));
        overrides.put("listener.security.protocol.map", protocols.toString());
        overrides.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        overrides.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        // Who comes without TLS: the broker and its controller, and this test.
        overrides.put("super.users", "User:ANONYMOUS");
        EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"), overrides);
        plainPort = plain;
        try (Admin admin = administrator()) {
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            LOGIN, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), SECRET)))
                    .all()
                    .get();
            admin.createAcls(acls()).all().get();
        }
        return broker;
    }

    private static Admin administrator() {
        return Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + plainPort));
    }

    /** What docs/security.md lists, and nothing more. */
    private static List<AclBinding> acls() {
        List<AclBinding> acls = new ArrayList<>();
        for (AclOperation operation :
                List.of(AclOperation.CREATE, AclOperation.READ, AclOperation.WRITE, AclOperation.DELETE)) {
            for (String prefix : PREFIXES) {
                acls.add(acl(ResourceType.TOPIC, prefix + ".", operation));
                acls.add(acl(ResourceType.TOPIC, prefix + "_reverse.", operation));
            }
        }
        acls.add(acl(ResourceType.TRANSACTIONAL_ID, "dts_sync_" + TASK, AclOperation.WRITE));
        return acls;
    }

    private static AclBinding acl(ResourceType type, String prefix, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, prefix, PatternType.PREFIXED),
                new AccessControlEntry("User:" + LOGIN, "*", operation, AclPermissionType.ALLOW));
    }

    @Test
    void aTaskRunsThroughAllOfThem() throws Exception {
        Text text = new Text();

        Outcome run = dtsSync.run("run", text.file(), "--until", "verified", "--log-format", "json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err().lines()).allMatch(line -> line.startsWith("{\"timestamp\":\"") && line.endsWith("}"));
        assertThat(run.err()).contains("\"message\":\"Entering phase.\",\"task\":\"secure\",\"phase\":\"incremental\"");
        assertThat(text("secure_destination", "SELECT count(*) FROM public.item"))
                .isEqualTo("500");
        // The session that reads the WAL came over TLS too, with its certificate.
        assertNoSecret(run.err() + run.out());
        assertClosedToOthers(directory.resolve("kafka"));
        Outcome released = dtsSync.run("release", text.file(), "--topics");
        assertThat(released.exitCode()).as(released.err()).isZero();
    }

    @Test
    void eachAclThatIsMissing() throws Exception {
        List<AclBinding> acls = acls();
        try (Admin admin = administrator()) {
            admin.deleteAcls(acls.stream().map(AclBinding::toFilter).toList())
                    .all()
                    .get();
            try {
                List<String> sentences = refusal(new Text()).stream()
                        .filter(sentence -> sentence.startsWith("Kafka does not let "))
                        .toList();

                assertThat(sentences).hasSize(9);
                for (String verb : List.of("create", "read", "write to", "delete")) {
                    for (String prefix : PREFIXES) {
                        assertThat(sentences)
                                .filteredOn(sentence -> sentence.startsWith("Kafka does not let the account " + verb
                                        + " topics whose names begin with '" + prefix + ".'"))
                                .singleElement()
                                .asString()
                                .contains("kafka-acls.sh ", "User:" + LOGIN, "--topic " + prefix + ". ");
                    }
                }
                assertThat(sentences)
                        .anyMatch(sentence -> sentence.startsWith(
                                "Kafka does not let the account write with the transactional id dts_sync_secure. "));
            } finally {
                admin.createAcls(acls).all().get();
            }
        }
    }

    @Test
    void anAuthorityThatIsNotTrusted() throws Exception {
        Text text = new Text();
        text.trusted = other;

        assertRefused(text, "cannot be reached: its certificate is signed by an authority that is not trusted here.");
    }

    @Test
    void aCertificateForAnotherHost() throws Exception {
        assertRefusedWith("elsewhere", "cannot be reached: its certificate is for another host.");
    }

    @Test
    void aCertificateThatHasExpired() throws Exception {
        assertRefusedWith("expired", "cannot be reached: its certificate has expired.");
    }

    @Test
    void wrongLogins() throws Exception {
        Text text = new Text();
        text.loginPassword = "wrong-s3cr3t";
        text.kafkaPassword = "wrong-s3cr3t";
        text.registryLogin = "nobody:wrong-s3cr3t";
        text.certificate = "";

        List<String> sentences = refusal(text);

        assertThat(sentences).hasSize(4);
        assertThat(sentences.get(0))
                .contains("The source ", "it refuses the client's certificate, or expects one. Set sslcert and sslkey");
        assertThat(sentences.get(1)).contains("The destination ", "refused the password of user " + LOGIN);
        assertThat(sentences.get(2)).contains("Kafka at ", "refused the login.");
        assertThat(sentences.get(3)).contains("The schema registry ", "refused our credentials");
    }

    @Test
    void aLoginThatMayNotUseTheRegistry() throws Exception {
        Text text = new Text();
        text.registryLogin = SecureRegistry.FORBIDDEN + ":" + SecureRegistry.PASSWORD;

        assertThat(refusal(text).stream().filter(sentence -> sentence.contains("schema registry")))
                .singleElement()
                .asString()
                .contains("does not allow us to", "(HTTP 403)")
                .doesNotContain("login");
    }

    private void assertRefusedWith(String certificate, String sentence) throws Exception {
        Text text = new Text();
        text.served = certificate;
        serveWith(certificate);
        try {
            assertRefused(text, sentence);
        } finally {
            serveWith("right");
        }
    }

    /** All four servers are named, each with the same reason. */
    private static void assertRefused(Text text, String reason) throws Exception {
        List<String> sentences = refusal(text);

        assertThat(sentences).hasSize(4).allMatch(sentence -> sentence.contains(reason));
        assertThat(sentences.get(0)).startsWith("The source ");
        assertThat(sentences.get(1)).startsWith("The destination ");
        assertThat(sentences.get(2)).startsWith("Kafka at ");
        assertThat(sentences.get(3)).startsWith("The schema registry ");
    }

    private static List<String> refusal(Text text) throws Exception {
        long began = System.nanoTime();
        Outcome outcome = dtsSync.run("run", text.file());

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LIMIT);
        assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err()).doesNotContain("Exception", "\tat ");
        assertNoSecret(outcome.err() + outcome.out());
        return outcome.err()
                .lines()
                .filter(line -> !line.startsWith("Not checked,") && !line.contains(" INFO  "))
                .toList();
    }

    private static void assertNoSecret(String output) {
        assertThat(output).doesNotContain("s3cr3t", TestAuthority.PASSWORD);
    }

    /** Topics have rows. */
    private static void assertClosedToOthers(Path folder) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    /** A task file of which one thing is changed at a time. */
    private static final class Text {
        private TestAuthority trusted = authority;
        private String served = "right";
        private String loginPassword = "${env:LOGIN_PASSWORD}";
        private String kafkaPassword = SECRET;
        private String registryLogin = SecureRegistry.USER + ":" + SecureRegistry.PASSWORD;
        private String certificate =
                "&sslcert=unused&sslkey=" + signed(HOLDER).store() + "&sslpassword=" + TestAuthority.PASSWORD;

        String file() throws IOException {
            String root = "?sslmode=verify-full&sslrootcert=" + trusted.root();
            String trust = """
                    ssl.truststore.location: "%s"
                      ssl.truststore.password: %s
                      ssl.truststore.type: PKCS12""".formatted(trusted.trustStore(), TestAuthority.PASSWORD);
            return dtsSync.file("task.yaml", """
                    name: %s
                    source: { url: "%s", user: %s }
                    destination: { url: "%s", user: %s, password: "%s" }
                    kafka:
                      bootstrap.servers: "127.0.0.1:%d"
                      security.protocol: SASL_SSL
                      sasl.mechanism: SCRAM-SHA-512
                      sasl.jaas.config: 'org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";'
                      %s
                    registry:
                      url: "%s"
                      basic.auth.credentials.source: USER_INFO
                      basic.auth.user.info: "%s"
                      %s
                    objects: { owners: drop }
                    retry: { connection: 15s, other: 15s }
                    """.formatted(
                            TASK,
                            postgres.url("secure_source") + root + certificate,
                            HOLDER,
                            postgres.url("secure_destination") + root,
                            LOGIN,
                            loginPassword,
                            BROKER_PORTS.get(served),
                            LOGIN,
                            kafkaPassword,
                            trust,
                            registry(served).url(),
                            registryLogin,
                            trust));
        }
    }

    private static void execute(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.url(database), "postgres", "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.url(database), "postgres", "");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
