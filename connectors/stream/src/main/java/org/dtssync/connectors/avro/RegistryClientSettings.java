package org.dtssync.connectors.avro;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.secrets.FileReferences;

/**
 * How a registry is reached. Its properties have the names Confluent's client gives them.
 *
 * @param endpoints the registry's addresses, tried in turn
 * @param connectTimeoutMillis how long a connection may take, {@code http.connect.timeout.ms}
 * @param readTimeoutMillis how long a response may take, {@code http.read.timeout.ms}
 * @param retries how many times a request is retried after no address responded, {@code max.retries}
 * @param retryWaitMillis how long to wait before the first retry, doubled each time, {@code retries.wait.ms}
 * @param tls certificates and keys, Kafka's properties {@code ssl.*}; empty for Java's own trust store
 */
public record RegistryClientSettings(
        List<Endpoint> endpoints,
        int connectTimeoutMillis,
        int readTimeoutMillis,
        int retries,
        int retryWaitMillis,
        Map<String, String> tls) {

    /** Comma-separated base addresses of the registry's API. */
    public static final String URL = "schema.registry.url";
    /** The same in a task file, as messages name it. */
    static final String KEY = "registry.url";

    /** {@code user:password} for basic authentication. */
    public static final String USER_INFO = "basic.auth.user.info";

    /** Where they come from: only {@code USER_INFO} and addresses that have them are known. */
    static final String CREDENTIALS = "basic.auth.credentials.source";

    static final String CONNECT_TIMEOUT = "http.connect.timeout.ms";
    static final String READ_TIMEOUT = "http.read.timeout.ms";
    static final String RETRIES = "max.retries";
    static final String RETRY_WAIT = "retries.wait.ms";
    static final int DEFAULT_TIMEOUT_MILLIS = 10_000;
    static final int DEFAULT_RETRIES = 3;
    static final int DEFAULT_RETRY_WAIT_MILLIS = 500;

    /** Copies the collections. */
    public RegistryClientSettings {
        endpoints = List.copyOf(endpoints);
        tls = Map.copyOf(tls);
    }

    /** Returns those of a task file's properties that no client reads, so that they have no effect. */
    public static Set<String> unknown(Map<String, String> properties) {
        Set<String> unknown = new TreeSet<>(properties.keySet());
        unknown.removeAll(known());
        unknown.removeIf(key -> key.startsWith("ssl.") || key.startsWith("schema.registry.ssl."));
        return unknown;
    }

    /** Returns the properties that are read, in addition to those of TLS. */
    public static Set<String> known() {
        return Set.of(URL, USER_INFO, CREDENTIALS, CONNECT_TIMEOUT, READ_TIMEOUT, RETRIES, RETRY_WAIT);
    }

    /** Reads the settings from a converter's properties; ignores unknown ones. */
    public static RegistryClientSettings from(Map<String, ?> given) {
        Map<String, Object> properties = FileReferences.resolve(given);
        String urls = text(properties, URL);
        if (urls.isBlank()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The schema registry's address " + KEY + " is missing.",
                    "Give the base address of its Confluent API, for example http://127.0.0.1:8081.");
        }
        String authorization = basic(text(properties, USER_INFO));
        List<Endpoint> endpoints = new ArrayList<>();
        for (String url : urls.split(",", -1)) {
            endpoints.add(endpoint(url.strip(), authorization));
        }
        return new RegistryClientSettings(
                endpoints,
                number(properties, CONNECT_TIMEOUT, 1, DEFAULT_TIMEOUT_MILLIS),
                number(properties, READ_TIMEOUT, 1, DEFAULT_TIMEOUT_MILLIS),
                number(properties, RETRIES, 0, DEFAULT_RETRIES),
                number(properties, RETRY_WAIT, 0, DEFAULT_RETRY_WAIT_MILLIS),
                RegistryTls.properties(properties));
    }

    private static Endpoint endpoint(String url, String authorization) {
        try {
            URI uri = new URI(url);
            if (uri.getHost() == null
                    || uri.getScheme() == null
                    || !uri.getScheme().matches("https?")) {
                throw invalidUrl();
            }
            String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("/+$", "");
            URI base = new URI(uri.getScheme(), null, uri.getHost(), uri.getPort(), path, null, null);
            return new Endpoint(base, uri.getUserInfo() == null ? authorization : basic(uri.getUserInfo()));
        } catch (URISyntaxException e) {
            throw invalidUrl();
        }
    }

    /** Does not repeat the address, which may hold a password. */
    private static SyncException invalidUrl() {
        return new SyncException(
                FaultKind.USAGE,
                "The schema registry's address " + KEY + " is not an http or https URL.",
                "Give the base address of its Confluent API, for example http://127.0.0.1:8081.");
    }

    private static String basic(String userInfo) {
        return userInfo.isEmpty()
                ? ""
                : "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Map<String, ?> properties, String name) {
        Object value = properties.get(name);
        return value == null ? "" : value.toString();
    }

    private static int number(Map<String, ?> properties, String name, int least, int otherwise) {
        String value = text(properties, name).strip();
        if (value.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with numbers that are too small.
        }
        throw new SyncException(
                FaultKind.USAGE,
                "The schema registry's property " + name + " is not a whole number of at least " + least + ".",
                "Correct it or leave it out; the default is " + otherwise + ".");
    }

    /** Leaves out the credentials. */
    @Override
    public String toString() {
        return String.join(", ", endpoints.stream().map(Endpoint::toString).toList());
    }

    /**
     * One address of the registry.
     *
     * @param base the API's base, without user and password and without a slash at its end
     * @param authorization the header, empty for none
     */
    public record Endpoint(URI base, String authorization) {

        /** Leaves out the credentials. */
        @Override
        public String toString() {
            return base.toString();
        }
    }
}
