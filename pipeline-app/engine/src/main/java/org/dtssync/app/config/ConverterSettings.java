package org.dtssync.app.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka Connect converters of record keys and values: {@code key.converter}, {@code value.converter} and their
 * prefixed properties, by Kafka Connect's convention.
 *
 * @param keyConverter class name, or null for the built-in one
 * @param keyProperties properties without the prefix {@code key.converter.}
 * @param valueConverter class name, or null for the built-in one
 * @param valueProperties properties without the prefix {@code value.converter.}
 */
public record ConverterSettings(
        @Nullable String keyConverter,
        Map<String, String> keyProperties,
        @Nullable String valueConverter,
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
