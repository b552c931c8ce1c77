package org.dtssync.app.precheck;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;

/** Queries the schema registry, with the client and the settings that a run uses, once and within the time that the task file gives the precheck. */
final class RegistryProbe {

    private RegistryProbe() {}

    /**
     * Asks.
     *
     * @param limit how long connecting, and the answer, may take
     * @throws org.dtssync.connectors.fault.SyncException that explains why the response is missing or not that of a registry
     */
    static void ask(RegistrySettings settings, Duration limit) {
        Map<String, String> properties = new HashMap<>();
        properties.put("http.connect.timeout.ms", Long.toString(limit.toMillis()));
        properties.put("http.read.timeout.ms", Long.toString(limit.toMillis()));
        properties.putAll(settings.properties());
        properties.put("max.retries", "0");
        properties.put(
                RegistryClientSettings.URL, Objects.requireNonNull(settings.url(), "only an embedded one has no URL"));
        new SchemaRegistryClient(RegistryClientSettings.from(properties)).ping();
    }
}
