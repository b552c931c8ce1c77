package org.dtssync.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that a real registry cannot be made to give at will, given by a small HTTP server. */
final class RegistryFaultsTest {

    private final Queue<Integer> statuses = new ArrayDeque<>();
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = "[\"AVRO\"]".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(statuses.remove(), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private SyncException faultOfPing(Integer... answers) {
        statuses.addAll(List.of(answers));
        SchemaRegistryClient client = new SchemaRegistryClient(RegistryClientSettings.from(Map.of(
                RegistryClientSettings.URL,
                "http://127.0.0.1:" + server.getAddress().getPort(),
                RegistryClientSettings.USER_INFO,
                "clerk:sesame",
                "max.retries",
                "2",
                "retries.wait.ms",
                "1")));
        return catchThrowableOfType(SyncException.class, client::ping);
    }

    @Test
    void wrongCredentialsAndMissingRightsAreNotRetried() {
        assertThat(faultOfPing(401).kind()).isEqualTo(FaultKind.ACCESS);
        assertThat(faultOfPing(403).kind()).isEqualTo(FaultKind.ACCESS);
        assertThat(faultOfPing(401))
                .hasMessageContaining("basic.auth.user.info")
                .hasMessageNotContaining("sesame");
        assertThat(authorizations).hasSize(3).containsOnly("Basic Y2xlcms6c2VzYW1l");
    }

    @Test
    void aRegistryInTroubleIsTriedAgainAndThenUnreachable() {
        assertThat(faultOfPing(503, 500, 200)).isNull();
        assertThat(faultOfPing(503, 500, 502).kind()).isEqualTo(FaultKind.CONNECTION);
    }

    @Test
    void otherRefusalsAreFaultsOfTheData() {
        assertThat(faultOfPing(422).kind()).isEqualTo(FaultKind.DATA);
    }
}
