package org.dtssync.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLHandshakeException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.TestCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry over HTTPS whose certificate is signed by an authority of its own. */
class RegistryTlsTest {

    @TempDir
    Path directory;

    @Test
    void trustsWhatTheTrustStoreHolds() throws Exception {
        try (TestCertificate certificate = TestCertificate.create(directory, "ip:127.0.0.1");
                Registry registry = new Registry(certificate)) {
            assertThat(registry.fault(Map.of()))
                    .hasMessageContaining(
                            "cannot be reached: its certificate is signed by an authority that is not trusted"
                                    + " here. Set ssl.truststore.location");
            assertThat(registry.fault(trust(certificate, "schema.registry.ssl.")))
                    .isNull();
            assertThat(registry.fault(trust(certificate, "ssl."))).isNull();
        }
    }

    @Test
    void saysWhatIsWrongWithACertificate() throws Exception {
        try (TestCertificate other = TestCertificate.create(directory, "dns:registry.example");
                Registry registry = new Registry(other)) {
            assertThat(registry.fault(trust(other, "ssl.")))
                    .hasMessageContaining("cannot be reached: its certificate is for another host. Use the host name");
        }
        SSLHandshakeException expired = new SSLHandshakeException("PKIX path validation failed");
        expired.initCause(new CertificateExpiredException("NotAfter: 2020"));
        assertThat(RegistryFailure.of(expired).reason()).isEqualTo("its certificate has expired");
    }

    @Test
    void namesAFileThatCannotBeUsed() throws Exception {
        try (TestCertificate certificate = TestCertificate.create(directory, "ip:127.0.0.1");
                Registry registry = new Registry(certificate)) {
            Map<String, String> missing = new HashMap<>(trust(certificate, "ssl."));
            missing.put(
                    "ssl.truststore.location", directory.resolve("nothing.p12").toString());
            assertThat(registry.fault(missing).kind()).isEqualTo(FaultKind.USAGE);
            assertThat(registry.fault(missing)).hasMessageContaining("nothing.p12");
            Map<String, String> wrong = new HashMap<>(trust(certificate, "ssl."));
            wrong.put("ssl.truststore.password", "s3cret");
            assertThat(registry.fault(wrong))
                    .hasMessageContaining(certificate.store().toString())
                    .hasMessageNotContaining("s3cret");
            assertThat(registry.fault(Map.of("ssl.endpoint.identification.algorithm", "")))
                    .hasMessageContaining("host names are always checked");
        }
    }

    @Test
    void tellsHttpFromHttps() throws Exception {
        try (TestCertificate certificate = TestCertificate.create(directory, "ip:127.0.0.1");
                ServerSocket tls = certificate.serverSocket();
                ServerSocket closed = new ServerSocket(0)) {
            int port = closed.getLocalPort();
            closed.close();
            assertThatThrownBy(() -> ping("http://127.0.0.1:" + port, Map.of()))
                    .hasMessageContaining("cannot be reached: connection refused.");
            Thread once = new Thread(() -> {
                try {
                    tls.accept().getInputStream().read();
                } catch (java.io.IOException e) {
                    // The handshake fails, as it should.
                }
            });
            once.start();
            assertThatThrownBy(() -> ping("http://127.0.0.1:" + tls.getLocalPort(), Map.of()))
                    .hasMessageContaining("if the registry expects TLS, it begins with https");
            once.join();
        }
    }

    private static Map<String, String> trust(TestCertificate certificate, String prefix) {
        return Map.of(
                prefix + "truststore.location",
                certificate.store().toString(),
                prefix + "truststore.password",
                TestCertificate.PASSWORD,
                prefix + "truststore.type",
                "PKCS12");
    }

    private static void ping(String url, Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(RegistryClientSettings.URL, url);
        all.put("max.retries", "0");
        new SchemaRegistryClient(RegistryClientSettings.from(all)).ping();
    }

    /** Answers as a registry does that is asked for its schema types. */
    private static final class Registry implements AutoCloseable {

        private final HttpsServer server;

        Registry(TestCertificate certificate) throws Exception {
            server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
            server.createContext("/", exchange -> {
                byte[] body = "[\"AVRO\"]".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
        }

        SyncException fault(Map<String, String> properties) {
            return catchThrowableOfType(
                    SyncException.class,
                    () -> ping("https://127.0.0.1:" + server.getAddress().getPort(), properties));
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
