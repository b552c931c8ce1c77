package org.dtssync.connectors.read;

import java.util.Map;
import java.util.Optional;
import org.dtssync.schemas.TopicNames;

/**
 * Which topics are read, and where they are.
 *
 * @param names the task's topics
 * @param kafka client properties with {@code bootstrap.servers}
 * @param cutsTopic Kafka's id of the cuts topic; empty if it is not known, and then not checked
 * @param purpose what they are read for
 */
public record ReadSettings(
        TopicNames names, Map<String, String> kafka, Optional<String> cutsTopic, ReadPurpose purpose) {

    /** Copies the map. */
    public ReadSettings {
        kafka = Map.copyOf(kafka);
    }

    /** Leaves out properties, which may hold secrets. */
    @Override
    public String toString() {
        return "ReadSettings[task=" + names.task() + "]";
    }
}
