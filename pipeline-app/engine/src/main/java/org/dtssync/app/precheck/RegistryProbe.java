package org.dtssync.app.precheck;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;

/** Queries the schema registry, with the client and the settings that a run uses, once and within about ten seconds. */
final class RegistryProbe {

    private static final String TIMEOUT_MILLIS = "10000";

    private RegistryProbe() {}

    /**
     * Asks.
     *
     * @throws org.dtssync.connectors.fault.SyncException that explains why the response is missing or not that of a registry
     */
    static void ask(RegistrySettings settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("http.connect.timeout.ms", TIMEOUT_MILLIS);
        properties.put("http.read.timeout.ms", TIMEOUT_MILLIS);
        properties.putAll(settings.properties());
        properties.put("max.retries", "0");
        properties.put(
                RegistryClientSettings.URL, Objects.requireNonNull(settings.url(), "only an embedded one has no URL"));
        new SchemaRegistryClient(RegistryClientSettings.from(properties)).ping();
    }
}
