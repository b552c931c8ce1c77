package org.dtssync.app.config;

import java.util.Map;

/**
 * The Kafka Connect converters of record keys and values: {@code key.converter}, {@code value.converter} and their
 * prefixed properties, by Kafka Connect's own convention.
 *
 * @param keyConverter class name, or null for the project's own
 * @param keyProperties properties without the prefix {@code key.converter.}
 * @param valueConverter class name, or null for the project's own
 * @param valueProperties properties without the prefix {@code value.converter.}
 */
public record ConverterSettings(
        String keyConverter,
        Map<String, String> keyProperties,
        String valueConverter,
        Map<String, String> valueProperties) {

    /** Copies the properties. */
    public ConverterSettings {
        keyProperties = Map.copyOf(keyProperties);
        valueProperties = Map.copyOf(valueProperties);
    }

    /** Leaves out the properties, which may hold secrets. */
    @Override
    public String toString() {
        return "key.converter=" + keyConverter + ", value.converter=" + valueConverter;
    }
}
