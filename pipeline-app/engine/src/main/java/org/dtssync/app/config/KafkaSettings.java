package org.dtssync.app.config;

import java.util.Map;

/**
 * Section {@code kafka}.
 *
 * @param embedded whether an in-process broker is started under {@code data.dir}
 * @param properties Kafka client properties, with {@code bootstrap.servers}; empty if embedded
 */
public record KafkaSettings(boolean embedded, Map<String, String> properties) {

    /** Copies the properties. */
    public KafkaSettings {
        properties = Map.copyOf(properties);
    }

    /** Leaves out the properties, which may hold secrets. */
    @Override
    public String toString() {
        return embedded ? "embedded" : properties.getOrDefault("bootstrap.servers", "");
    }
}
