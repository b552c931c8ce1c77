package org.dtssync.app.stream;

import java.util.HashMap;
import java.util.Map;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;

/**
 * The schema registry as all parts of a task reach it, so that what one of them has asked is not asked again by another.
 *
 * <p>Its client is made when it is first needed: many commands do without, and know no address of an embedded one. Thread-safe.
 */
public final class SharedRegistry {

    private final RegistrySettings settings;
    private SchemaRegistryClient client;

    SharedRegistry(RegistrySettings settings) {
        this.settings = settings;
    }

    /** Returns how converters are told to reach it. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(settings.properties());
        properties.put(RegistryClientSettings.URL, settings.url());
        return properties;
    }

    /**
     * Returns the one client.
     *
     * @throws org.dtssync.connectors.fault.SyncException if the address is missing or no address
     */
    synchronized SchemaRegistryClient client() {
        if (client == null) {
            client = new SchemaRegistryClient(RegistryClientSettings.from(properties()));
        }
        return client;
    }
}
