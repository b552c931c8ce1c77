package org.dtssync.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.BrokerAddresses.Answer;
import org.dtssync.connectors.kafka.BrokerAddresses.Found;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is at the address is found out without Kafka's client, which would take memory by the gigabyte for some answers. */
class BrokerAddressesTest {

    @TempDir
    Path directory;

    @Test
    void tellsATlsPortFromAPlainOne() throws Exception {
        // What a broker's TLS port sends when it is spoken to in plain text: a fatal alert.
        byte[] alert = {0x15, 3, 3, 0, 2, 2, 80, 0};
        try (OneAnswer tls = new OneAnswer(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()), alert)) {
            assertThatThrownBy(() -> BrokerAddresses.requireNoOther(tls.properties("PLAINTEXT")))
                    .isInstanceOf(SyncException.class)
                    .hasMessageContaining("Kafka address " + tls.address() + " answers with TLS.")
                    .hasMessageContaining("Set kafka.security.protocol to SSL, or to SASL_SSL");
        }
        try (TestCertificate certificate = TestCertificate.create(directory, "ip:127.0.0.1");
                OneAnswer tls = new OneAnswer(certificate.serverSocket(), new byte[0])) {
            assertThat(found(tls, "SSL")).isEqualTo(Found.BROKER);
            assertThat(found(tls, "SASL_SSL")).isEqualTo(Found.BROKER);
            assertThat(found(tls, "PLAINTEXT")).isEqualTo(Found.NOTHING);
        }
    }

    @Test
    void knowsABrokerByItsAnswer() throws Exception {
        byte[] versions = {0, 0, 0, 10, 'd', 't', 's', '-', 0, 0, 0, 0, 0, 0};
        try (OneAnswer broker = new OneAnswer(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()), versions)) {
            assertThat(found(broker, "PLAINTEXT")).isEqualTo(Found.BROKER);
            assertThatThrownBy(() -> BrokerAddresses.requireNoOther(broker.properties("SSL")))
                    .hasMessageContaining(" answers without TLS.")
                    .hasMessageContaining("Set kafka.security.protocol to PLAINTEXT");
        }
    }

    @Test
    void namesWhatIsNoBroker() throws Exception {
        assertOther("HTTP/1.1 400 Bad Request\r\n\r\n", "answers with HTTP: it is no broker");
        assertOther("E\0\0\0\200SFATAL\0", "answers like a PostgreSQL server: it is no broker");
        assertOther("SSH-2.0-Server\r\n", "answers with something that is not Kafka's protocol");
    }

    @Test
    void leavesWhatCannotBeReachedToTheClient() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        Map<String, String> properties = Map.of("bootstrap.servers", "127.0.0.1:" + closed + ",[::1]:" + closed);

        BrokerAddresses.requireNoOther(properties);

        List<Answer> answers = BrokerAddresses.look(properties);
        assertThat(answers)
                .extracting(Answer::found)
                .containsOnly(Found.NOTHING)
                .hasSize(2);
        assertThat(answers.get(0).reason()).isEqualTo("refuses the connection");
        assertThat(BrokerAddresses.look(Map.of("bootstrap.servers", "nowhere.invalid:9092")))
                .singleElement()
                .satisfies(answer -> assertThat(answer.reason()).isEqualTo("cannot be resolved"));
    }

    private static Found found(OneAnswer server, String protocol) {
        return BrokerAddresses.look(server.properties(protocol)).get(0).found();
    }

    private static void assertOther(String text, String reason) throws Exception {
        try (OneAnswer server = new OneAnswer(
                new ServerSocket(0, 5, InetAddress.getLoopbackAddress()), text.getBytes(StandardCharsets.ISO_8859_1))) {
            assertThat(BrokerAddresses.look(server.properties("PLAINTEXT")))
                    .singleElement()
                    .satisfies(answer -> {
                        assertThat(answer.found()).isEqualTo(Found.OTHER);
                        assertThat(answer.reason()).isEqualTo(reason);
                    });
        }
    }

    /** Gives every connection the same answer, once it has read four bytes. */
    private static final class OneAnswer implements AutoCloseable {

        private final ServerSocket server;
        private final Thread thread;

        OneAnswer(ServerSocket server, byte[] answer) {
            this.server = server;
            this.thread = new Thread(() -> serve(server, answer), "one-answer");
            thread.start();
        }

        private static void serve(ServerSocket server, byte[] answer) {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    byte[] request = new byte[4];
                    new DataInputStream(socket.getInputStream()).readFully(request);
                    // A broker takes these bytes for the length of a request, and closes on one that is too long.
                    if (request[0] == 0 || answer.length == 0) {
                        socket.getOutputStream().write(answer);
                        socket.getOutputStream().flush();
                        socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                    }
                } catch (IOException e) {
                    // The next connection is served all the same; the end of the test closes the server.
                }
            }
        }

        String address() {
            return "127.0.0.1:" + server.getLocalPort();
        }

        Map<String, String> properties(String protocol) {
            return Map.of("bootstrap.servers", address(), "security.protocol", protocol);
        }

        @Override
        public void close() throws Exception {
            server.close();
            thread.join(10_000);
        }
    }
}
