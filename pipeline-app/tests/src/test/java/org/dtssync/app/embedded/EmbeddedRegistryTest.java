package org.dtssync.app.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRegistryTest {

    private static final String NUMBER = "{\"schema\":\"\\\"long\\\"\"}";
    private static final String TEXT = "{\"schema\":\"\\\"string\\\"\"}";

    @TempDir
    Path directory;

    @Test
    void keepsEveryIdItGaveOutAcrossACrash() throws Exception {
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(directory)) {
            String first = register(registry, "a-value", NUMBER);
            String second = register(registry, "b-value", TEXT);
            assertThat(second).isNotEqualTo(first);

            registry.crash();
            assertThat(registry.running()).isFalse();
            registry.start();

            assertThat(register(registry, "a-value", NUMBER)).isEqualTo(first);
            assertThat(register(registry, "b-value", TEXT)).isEqualTo(second);
            assertThat(get(registry, "/schemas/ids/2")).contains("\\\"string\\\"");
            assertThat(register(registry, "c-value", "{\"schema\":\"\\\"bytes\\\"\"}"))
                    .isNotIn(first, second);
        }
    }

    @Test
    void leavesNothingRunningAfterClose() {
        EmbeddedRegistry registry = EmbeddedRegistry.start(directory);
        long children = ProcessHandle.current().descendants().count();
        registry.close();
        registry.close();

        assertThat(registry.running()).isFalse();
        assertThat(ProcessHandle.current().descendants().count()).isLessThan(children);
    }

    private static String register(EmbeddedRegistry registry, String subject, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(registry.url() + "/subjects/" + subject + "/versions"))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String get(EmbeddedRegistry registry, String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(registry.url() + path)));
    }

    private static String send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }
}
