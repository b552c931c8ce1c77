package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.app.precheck.PrecheckItem.Result.FAIL;
import static org.dtssync.app.precheck.PrecheckItem.Result.PASS;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.pipeline.TaskInventory;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said of ends that do not answer: each once, and what could not be looked at because of it. */
class PrecheckConnectivityTest {

    @RegisterExtension
    final PrecheckServers servers = new PrecheckServers();

    @Test
    void namesEveryEndThatDoesNotAnswer() throws IOException {
        int nobody = freePort();
        DatabaseSettings source =
                new DatabaseSettings("jdbc:postgresql://127.0.0.1:" + nobody + "/shop", "me", "s3cret", Map.of());
        servers.kafka = new KafkaSettings(false, Map.of("bootstrap.servers", "127.0.0.1:" + nobody));
        servers.registry = new RegistrySettings(false, "http://u:s3cret@127.0.0.1:" + nobody, Map.of());

        TaskFile task = servers.task(source, servers.destinationSettings());

        List<PrecheckItem> items = new Precheck(task, new TaskInventory(task)::statements).run();

        assertThat(items)
                .filteredOn(item -> item.id().equals("connectivity"))
                .extracting(PrecheckItem::object, PrecheckItem::result)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("source", FAIL),
                        org.assertj.core.groups.Tuple.tuple("destination", PASS),
                        org.assertj.core.groups.Tuple.tuple("kafka", FAIL),
                        org.assertj.core.groups.Tuple.tuple("registry", FAIL));
        assertThat(items.get(0).message())
                .startsWith("The source me@jdbc:postgresql://127.0.0.1:" + nobody + "/shop cannot be reached: ");
        assertThat(Finding.of(items.get(2)))
                .isEqualTo(new Finding(
                        "connectivity",
                        "kafka",
                        FAIL,
                        "Kafka cannot be reached: 127.0.0.1:" + nobody + " refuses the connection.",
                        "Check that a broker runs there, and its port."));
        assertThat(Finding.of(items.get(3)))
                .isEqualTo(new Finding(
                        "connectivity",
                        "registry",
                        FAIL,
                        "The schema registry http://127.0.0.1:" + nobody + " cannot be reached: connection refused.",
                        "Check that it runs and that registry.url is right."));
        assertThat(items)
                .filteredOn(item -> item.id().equals("destination-writable"))
                .extracting(PrecheckItem::result)
                .containsExactly(PASS);
        PrecheckItem last = items.get(items.size() - 1);
        assertThat(last.id()).isEqualTo("not-checked");
        assertThat(last.result()).isEqualTo(FAIL);
        assertThat(last.message())
                .startsWith("Not checked, because a server could not be reached: version, encoding, ")
                .contains("wal-level", "topics", "replication-factor");
        assertThat(items.toString()).doesNotContain("s3cret");
    }

    @Test
    void namesAServerThatIsNoBroker() {
        String address = servers.sourceSettings().url().replaceFirst(".*//([^/]+)/.*", "$1");
        servers.kafka = new KafkaSettings(false, Map.of("bootstrap.servers", address));

        assertThat(Finding.of(servers.of("connectivity").get(2)))
                .isEqualTo(new Finding(
                        "connectivity",
                        "kafka",
                        FAIL,
                        "Kafka at " + address + " answers like a PostgreSQL server: it is no broker.",
                        "Correct kafka.bootstrap.servers: it takes the brokers' own port, usually 9092."));
    }

    @Test
    void namesAPropertyThatOnlyAProducerKnowsAndAnAddressWithoutAPort() {
        servers.kafka = new KafkaSettings(false, Map.of("bootstrap.servers", "127.0.0.1:9092", "linger.ms", "soon"));
        assertThat(servers.of("connectivity").get(2).message())
                .startsWith("Property kafka.linger.ms of the task file has a value that Kafka's client refuses: ");

        servers.kafka = new KafkaSettings(false, Map.of("bootstrap.servers", "127.0.0.1"));
        assertThat(servers.of("connectivity").get(2).message())
                .isEqualTo("An address in kafka.bootstrap.servers is not host:port: 127.0.0.1.");
    }

    /** It accepts connections, and says nothing. */
    @Test
    void givesUpADatabaseThatIsSilent() throws IOException {
        servers.precheckTimeout = Duration.ofSeconds(2);
        long began = System.nanoTime();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/shop";
            TaskFile task =
                    servers.task(new DatabaseSettings(url, "me", "s3cret", Map.of()), servers.destinationSettings());

            PrecheckItem source = new Precheck(task, new TaskInventory(task)::statements)
                    .run()
                    .get(0);

            assertThat(source.result()).isEqualTo(FAIL);
            assertThat(source.message()).startsWith("The source me@" + url + " cannot be reached: ");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void namesAnUnknownPropertyOfTheRegistry() throws SQLException {
        servers.registry = new RegistrySettings(false, "http://127.0.0.1:1", Map.of("basic.auth.user.inf", "u:p"));

        assertThat(servers.of("registry-properties"))
                .singleElement()
                .satisfies(item -> assertThat(item.message()).startsWith("Property registry.basic.auth.user.inf "))
                .satisfies(item -> assertThat(item.remedy())
                        .isEqualTo("Did you mean registry.basic.auth.user.info? Correct or remove it."));
    }

    @Test
    void namesAWrongPasswordAndAMissingDatabase() throws SQLException {
        DatabaseSettings missing =
                new DatabaseSettings(servers.destinationSettings().url() + "_missing", "postgres", null, Map.of());

        TaskFile task = servers.task(servers.sourceSettings(), missing);

        List<PrecheckItem> items = new Precheck(task, new TaskInventory(task)::statements).run();

        assertThat(items.get(1).message())
                .isEqualTo("The database named by destination.url does not exist: postgres@"
                        + servers.destinationSettings().url() + "_missing.");
        assertThat(items.get(1).remedy()).isEqualTo("Create it or correct destination.url.");
    }

    @Test
    void saysWhatIsWrongWithTheRegistrysAnswer() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean login = "Basic dTpw".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            boolean base = exchange.getRequestURI().getPath().equals("/schemas/types");
            byte[] answer = "[]".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(!base ? 404 : login ? 200 : 401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            servers.registry = new RegistrySettings(false, url + "/", Map.of());
            assertThat(Finding.of(registry()))
                    .isEqualTo(new Finding(
                            "connectivity",
                            "registry",
                            FAIL,
                            "The schema registry " + url
                                    + " refused our credentials when asked to name its schema types (HTTP 401).",
                            "Set basic.auth.user.info to user:password."));
            servers.registry = new RegistrySettings(false, url + "/apis", Map.of());
            assertThat(Finding.of(registry()))
                    .isEqualTo(new Finding(
                            "connectivity",
                            "registry",
                            FAIL,
                            "The server at " + url
                                    + "/apis does not provide the Confluent schema registry API (HTTP 404).",
                            "Set the base URL of that API as registry.url; Apicurio's ends in /apis/ccompat/v7."));
            servers.registry = new RegistrySettings(false, url, Map.of("basic.auth.user.info", "u:p"));
            assertThat(registry().result()).isEqualTo(PASS);
        } finally {
            server.stop(0);
        }
    }

    private PrecheckItem registry() {
        return servers.of("connectivity").get(3);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
