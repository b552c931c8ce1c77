package org.dtssync.app.stream;

import java.util.Map;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.app.config.ConverterSettings;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Creates the readers and writers of one direction's topics: converters by Kafka Connect's convention, and the codec of
 * cuts. Thread-safe; each created object is used by one thread.
 *
 * @param names the topics of the direction
 * @param converters the converters named by the task file; ours by default
 * @param registry the schema registry, shared by all of them
 */
public record TopicCodecs(TopicNames names, ConverterSettings converters, SharedRegistry registry) {

    /** Makes the codec of cuts. */
    public CutCodec cuts() {
        return new CutCodec(registry.client(), names);
    }

    /**
     * Makes the converter of keys.
     *
     * @throws SyncException of kind USAGE if the task file names a class that cannot be used
     */
    public Converter keys() {
        return converter(converters.keyConverter(), converters.keyProperties(), true);
    }

    /**
     * Makes the converter of values.
     *
     * @throws SyncException of kind USAGE if the task file names a class that cannot be used
     */
    public Converter values() {
        return converter(converters.valueConverter(), converters.valueProperties(), false);
    }

    private Converter converter(@Nullable String className, Map<String, String> own, boolean isKey) {
        Map<String, String> properties = registry.properties();
        properties.put(AvroConverter.OWN_TOPIC_PREFIX, String.join(",", names.prefixes()));
        properties.putAll(own);
        Converter converter = className == null ? ours(properties) : make(className, isKey);
        converter.configure(properties, isKey);
        return converter;
    }

    /** No registry lookup is repeated by another one, unless the task file names another registry for it. */
    private Converter ours(Map<String, String> properties) {
        SchemaRegistryClient shared = registry.client();
        return shared.isReachedBy(RegistryClientSettings.from(properties))
                ? new AvroConverter(shared)
                : new AvroConverter();
    }

    private static Converter make(String className, boolean isKey) {
        try {
            return Class.forName(className)
                    .asSubclass(Converter.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    (isKey ? "key" : "value") + ".converter " + className + " cannot be used: " + e + ".",
                    "Put its jar into the lib directory of dts-sync, or remove the key from the task file.",
                    e);
        }
    }
}
