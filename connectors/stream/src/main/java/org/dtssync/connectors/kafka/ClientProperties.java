package org.dtssync.connectors.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.secrets.FileReferences;

/** Combines client properties, with secrets in files as they are now: our defaults, overridden by the task file, overridden by what correctness needs. */
public final class ClientProperties {

    private ClientProperties() {}

    /**
     * Requires values that Kafka's clients accept, before one is made; connects to nothing.
     *
     * @throws SyncException of kind USAGE that names the property
     */
    public static void require(Map<String, String> user) {
        Map<String, Object> all = new HashMap<>(FileReferences.resolve(user));
        // The clients get ours, whatever the task file has.
        all.put("key.serializer", ByteArraySerializer.class);
        all.put("value.serializer", ByteArraySerializer.class);
        all.put("key.deserializer", ByteArrayDeserializer.class);
        all.put("value.deserializer", ByteArrayDeserializer.class);
        for (ConfigDef client :
                List.of(AdminClientConfig.configDef(), ProducerConfig.configDef(), ConsumerConfig.configDef())) {
            try {
                client.parse(all);
            } catch (ConfigException e) {
                Optional<SyncException> explained = BadProperty.of(e);
                throw explained.orElseThrow(() -> e);
            }
        }
    }

    /** Returns every property that a client of Kafka's knows. */
    public static Set<String> known() {
        Set<String> known = new TreeSet<>(AdminClientConfig.configNames());
        known.addAll(ProducerConfig.configNames());
        known.addAll(ConsumerConfig.configNames());
        return known;
    }

    /** Returns the user's properties that no client knows, so that they have no effect, unless a class that another one names reads them. */
    public static Set<String> unknown(Map<String, String> user) {
        Set<String> unknown = new TreeSet<>(user.keySet());
        unknown.removeAll(known());
        return unknown;
    }

    /** Returns the user's properties on top of our defaults. */
    public static Properties of(Map<String, String> user, Map<String, String> defaults) {
        Properties properties = new Properties();
        properties.putAll(defaults);
        properties.putAll(FileReferences.resolve(user));
        return properties;
    }

    /** Returns the user's properties on top of our defaults, and on top of both what correctness needs. */
    public static Properties of(Map<String, String> user, Map<String, String> defaults, Map<String, String> required) {
        Properties properties = of(user, defaults);
        properties.putAll(required);
        return properties;
    }
}
