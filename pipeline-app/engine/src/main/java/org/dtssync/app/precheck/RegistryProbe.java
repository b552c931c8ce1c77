package org.dtssync.app.precheck;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** Queries the schema registry for its subjects, within ten seconds. */
final class RegistryProbe {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private RegistryProbe() {}

    /**
     * Asks.
     *
     * @throws SyncException that explains why the response is missing or not that of a registry
     */
    static void ask(RegistrySettings settings) {
        String registry = "The registry at " + settings;
        HttpResponse<String> response = answer(settings, registry);
        int status = response.statusCode();
        if (status == 401 || status == 403) {
            throw new SyncException(
                    FaultKind.PERMISSION,
                    registry + " refused the login (HTTP " + status + ").",
                    "registry: { basic.auth.user.info: \"user:${env:REGISTRY_PASSWORD}\" }");
        }
        if (status != 200 || !response.body().stripLeading().startsWith("[")) {
            throw new SyncException(
                    FaultKind.USAGE,
                    registry + " does not provide the Confluent-compatible API: GET /subjects returned HTTP " + status
                            + ".",
                    "Set registry.url to the base URL of that API; Apicurio's ends with /apis/ccompat/v7.");
        }
    }

    private static HttpResponse<String> answer(RegistrySettings settings, String registry) {
        try {
            HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
            return client.send(request(settings), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | IllegalArgumentException e) {
            throw unreachable(registry, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(registry, e);
        }
    }

    private static HttpRequest request(RegistrySettings settings) {
        String url = Objects.requireNonNull(settings.url(), "An embedded registry is not asked.");
        URI base = URI.create(url.replaceFirst("/+$", "") + "/subjects");
        String login = settings.properties().getOrDefault("basic.auth.user.info", base.getUserInfo());
        URI plain = URI.create(base.toString().replaceFirst("//[^/@]*@", "//"));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(plain).timeout(TIMEOUT).GET();
        if (login != null) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        }
        return request.build();
    }

    private static SyncException unreachable(String registry, Exception cause) {
        return new SyncException(
                FaultKind.CONNECTION,
                registry + " cannot be reached.",
                "Check that it runs and that registry.url is right.",
                cause);
    }
}
