package org.dtssync.app.precheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real broker says of itself. */
class BrokerProbeTest {

    @TempDir
    Path directory;

    private final Locale usual = Locale.getDefault();

    /** The broker itself reads its settings by the machine's language, and fails in Turkish ("CLASSİC"). */
    @BeforeEach
    void speakEnglish() {
        Locale.setDefault(Locale.ENGLISH);
    }

    @AfterEach
    void speakAsUsual() {
        Locale.setDefault(usual);
    }

    @Test
    void learnsTopicsAndLimitsOfABroker() throws Exception {
        String brokerAddress = "127.0.0.1:" + freePort();
        KafkaRaftServer broker = start(brokerAddress, "127.0.0.1:" + freePort());
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", brokerAddress))) {
            admin.createTopics(List.of(
                            new NewTopic("shop.cuts", 1, (short) 1).configs(Map.of("max.message.bytes", "70000000"))))
                    .all()
                    .get();

            Brokers brokers = BrokerProbe.ask(
                    new KafkaSettings(false, Map.of("bootstrap.servers", brokerAddress)),
                    java.time.Duration.ofSeconds(15),
                    topic -> topic.startsWith("shop."));

            assertThat(brokers.count()).isEqualTo(1);
            assertThat(brokers.topics()).contains("shop.cuts");
            assertThat(brokers.number("message.max.bytes")).contains(2_000_000L);
            assertThat(brokers.topicBytes()).containsExactly(Map.entry("shop.cuts", 70_000_000L));
            assertThat(brokers.number("transaction.max.timeout.ms")).contains(900_000L);
        } finally {
            broker.shutdown();
            broker.awaitShutdown();
        }
    }

    @Test
    void namesAPropertyThatIsNotValid() {
        SyncException fault = catchThrowableOfType(
                SyncException.class,
                () -> BrokerProbe.ask(
                        new KafkaSettings(
                                false, Map.of("bootstrap.servers", "127.0.0.1:1", "security.protocol", "NONSENSE")),
                        java.time.Duration.ofSeconds(15),
                        topic -> true));

        assertThat(fault.what())
                .startsWith(
                        "Property kafka.security.protocol of the task file has a value that Kafka's client refuses: String must be one of"
                                + " (case insensitive): ")
                .contains("SASL_PLAINTEXT");
    }

    private KafkaRaftServer start(String address, String controller) throws Exception {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles", "broker,controller",
                "node.id", "1",
                "controller.quorum.voters", "1@" + controller,
                "listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller,
                "advertised.listeners", "PLAINTEXT://" + address,
                "controller.listener.names", "CONTROLLER",
                "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs", directory.toString(),
                "message.max.bytes", "2000000"));
        new Formatter()
                .setPrintStream(System.err)
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .run();
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        server.startup();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
