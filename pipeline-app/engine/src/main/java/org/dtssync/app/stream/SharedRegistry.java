package org.dtssync.app.stream;

import java.util.HashMap;
import java.util.Map;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;
import org.dtssync.connectors.secrets.FileReferences;
import org.jspecify.annotations.Nullable;

/**
 * The schema registry client shared by all parts of a task, so that no lookup is repeated.
 *
 * <p>The client is created when it is first needed: many commands do not need it, and have no address of an embedded one. Thread-safe.
 */
public final class SharedRegistry {

    private final RegistrySettings settings;
    private @Nullable SchemaRegistryClient client;
    private Map<String, String> known = Map.of();

    /** Creates one; connects lazily. */
    public SharedRegistry(RegistrySettings settings) {
        this.settings = settings;
    }

    /** Returns the converter properties that refer to it, with secrets in files as they are now. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        settings.properties().forEach((key, value) -> properties.put(key, FileReferences.resolve(value)));
        properties.put(RegistryClientSettings.URL, settings.url());
        return properties;
    }

    /**
     * Returns the one client; another one once a secret has changed.
     *
     * @throws org.dtssync.connectors.fault.SyncException if the address is missing or invalid
     */
    synchronized SchemaRegistryClient client() {
        Map<String, String> now = properties();
        if (client == null || !now.equals(known)) {
            known = now;
            client = new SchemaRegistryClient(RegistryClientSettings.from(now));
        }
        return client;
    }
}
