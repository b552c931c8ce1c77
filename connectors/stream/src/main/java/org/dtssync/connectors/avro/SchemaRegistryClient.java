package org.dtssync.connectors.avro;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * A registry over HTTP: Confluent's, or another with the same REST API (Apicurio under {@code /apis/ccompat/v7}).
 *
 * <p>Caches ids and schemas forever, which is safe since a registered schema never changes. Tries its addresses in turn and then,
 * a few times, all of them again. Thread-safe.
 */
public final class SchemaRegistryClient implements SchemaRegistry {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int MAX_RETRY_WAIT_MILLIS = 10_000;

    private final RegistryClientSettings settings;
    private final HttpClient http;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Registration, Integer> ids = new ConcurrentHashMap<>();

    /** As text, which takes a tenth of the memory: each reader keeps its own parsed form. */
    private final Map<Integer, String> texts = new ConcurrentHashMap<>();

    private volatile int preferred;

    private record Registration(String subject, String text) {}

    private record Answer(int status, JsonNode body) {

        String message() {
            return body.path("message").asText("");
        }
    }

    /**
     * Creates a client; nothing is sent yet.
     *
     * @throws SyncException of kind USAGE if a trust store or key store cannot be used
     */
    public SchemaRegistryClient(RegistryClientSettings settings) {
        this.settings = settings;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofMillis(settings.connectTimeoutMillis()));
        RegistryTls.context(settings.tls()).ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    /** Returns whether this client uses these settings. */
    public boolean isReachedBy(RegistryClientSettings other) {
        return settings.equals(other);
    }

    @Override
    public int register(String subject, Schema schema) {
        String text = written(schema);
        Registration registration = new Registration(subject, text);
        Integer known = ids.get(registration);
        if (known != null) {
            return known;
        }
        String body = json.createObjectNode().put("schema", text).toString();
        String act = "register a schema of subject " + subject;
        Answer answer = expectSuccess(act, send("POST", "/subjects/" + encode(subject) + "/versions", body, act));
        JsonNode id = answer.body().path("id");
        if (!id.isInt()) {
            throw RegistryFaults.otherApi(settings, answer.status());
        }
        ids.put(registration, id.intValue());
        // Readers of what is written with it need no further request.
        texts.putIfAbsent(id.intValue(), text);
        return id.intValue();
    }

    /**
     * Apicurio replaces a text of two braces, such as the default {@code '{}'} of many columns of type json, with an object before it
     * recognizes a schema, and refuses the schema then. An escaped brace is the same text.
     */
    private static String written(Schema schema) {
        return schema.toString().replace("\"{}\"", "\"{\\u007d\"");
    }

    @Override
    public Schema schemaById(int id) {
        String text = texts.get(id);
        if (text == null) {
            String act = "return the schema with id " + id;
            Answer answer = expectSuccess(act, send("GET", "/schemas/ids/" + id, null, act));
            text = selfContained(id, answer.body());
        }
        Schema schema = parse(id, text);
        texts.put(id, text);
        return schema;
    }

    @Override
    public boolean setCompatibility(String subject, Compatibility compatibility) {
        String body = json.createObjectNode()
                .put("compatibility", compatibility.name())
                .toString();
        String act = "set the compatibility of subject " + subject;
        Answer answer = send("PUT", "/config/" + encode(subject), body, act);
        if (answer.status() == 404) {
            return false;
        }
        expectSuccess(act, answer);
        return true;
    }

    @Override
    public void ping() {
        String act = "name its schema types";
        Answer answer = send("GET", "/schemas/types", null, act);
        if (answer.status() == 404 || (answer.status() == 200 && !answer.body().isArray())) {
            throw RegistryFaults.otherApi(settings, answer.status());
        }
        expectSuccess(act, answer);
    }

    private String selfContained(int id, JsonNode body) {
        String type = body.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") || !body.path("references").isEmpty()) {
            throw unreadable(id, "is not a self-contained Avro schema", null);
        }
        return body.path("schema").asText();
    }

    private Schema parse(int id, String text) {
        try {
            return new Schema.Parser().parse(text);
        } catch (SchemaParseException e) {
            throw unreadable(id, "cannot be read", e);
        }
    }

    private SyncException unreadable(int id, String why, @Nullable Exception cause) {
        return new SyncException(
                FaultKind.DATA,
                "The schema with id " + id + " in the schema registry " + settings + " " + why + ".",
                "Check that the registry is the one the topics were written with.",
                cause);
    }

    private Answer expectSuccess(String act, Answer answer) {
        if (answer.status() / 100 != 2) {
            throw RegistryFaults.refused(settings, act, answer.status(), answer.message());
        }
        return answer;
    }

    private Answer send(String method, String path, @Nullable String body, String act) {
        long waitMillis = settings.retryWaitMillis();
        for (int attempt = 0; ; attempt++) {
            try {
                return sendToAny(method, path, body, act);
            } catch (SyncException e) {
                if (e.kind() != FaultKind.CONNECTION
                        || attempt >= settings.retries()
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            pause(waitMillis);
            waitMillis = Math.min(waitMillis * 2, MAX_RETRY_WAIT_MILLIS);
        }
    }

    /** Tries each address once, starting with the one that responded last. */
    private Answer sendToAny(String method, String path, @Nullable String body, String act) {
        SyncException failure = null;
        int count = settings.endpoints().size();
        int first = preferred;
        for (int i = 0; i < count; i++) {
            int index = (first + i) % count;
            try {
                Answer answer = sendTo(settings.endpoints().get(index), method, path, body, act);
                preferred = index;
                return answer;
            } catch (SyncException e) {
                if (e.kind() != FaultKind.CONNECTION || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                if (failure != null) {
                    e.addSuppressed(failure);
                }
                failure = e;
            }
        }
        throw failure;
    }

    private Answer sendTo(
            RegistryClientSettings.Endpoint endpoint, String method, String path, @Nullable String body, String act) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint.base() + path))
                .timeout(Duration.ofMillis(settings.readTimeoutMillis()))
                .header("Accept", CONTENT_TYPE + ", application/json")
                .header("Content-Type", CONTENT_TYPE)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (!endpoint.authorization().isEmpty()) {
            request.header("Authorization", endpoint.authorization());
        }
        try {
            HttpResponse<String> response = answer(request.build());
            Answer answer = new Answer(response.statusCode(), body(response.body()));
            if (RegistryFaults.isPassing(answer.status())) {
                throw RegistryFaults.refused(endpoint, act, answer.status(), answer.message());
            }
            return answer;
        } catch (IOException e) {
            throw RegistryFaults.unreachable(endpoint, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RegistryFaults.interrupted(endpoint, e);
        }
    }

    /** The request's own time limit covers only the response headers; the body needs a limit too. */
    private HttpResponse<String> answer(HttpRequest request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> sent =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            return sent.get(settings.connectTimeoutMillis() + 2L * settings.readTimeoutMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("the response was not complete in time");
        } finally {
            sent.cancel(true);
        }
    }

    /** A body that is not JSON does not come from a registry; the status is enough. */
    private JsonNode body(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            return json.createObjectNode();
        }
    }

    private void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RegistryFaults.interrupted(settings, e);
        }
    }

    private static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
