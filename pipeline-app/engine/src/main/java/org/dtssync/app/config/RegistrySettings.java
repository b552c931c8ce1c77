package org.dtssync.app.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code registry}: a schema registry that provides Confluent's REST API.
 *
 * @param embedded whether a registry is started under {@code data.dir}
 * @param url base of the API, null if embedded
 * @param properties additional client properties, such as {@code basic.auth.user.info}
 */
public record RegistrySettings(boolean embedded, @Nullable String url, Map<String, String> properties) {

    /** Copies the properties. */
    public RegistrySettings {
        properties = Map.copyOf(properties);
    }

    /** Leaves out the properties and a login in the URL, which are secrets. */
    @Override
    public String toString() {
        return embedded ? "embedded" : String.valueOf(url).replaceFirst("//[^/@]*@", "//");
    }
}
