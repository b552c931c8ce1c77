package org.dtssync.app.config;

import java.util.Map;

/**
 * Section {@code topics}: how the task's topics are created.
 *
 * @param replicationFactor copies of each partition
 * @param retentionMillis how long records of tables are kept, in milliseconds; -1 is for ever
 * @param config further topic properties
 */
public record TopicSettings(int replicationFactor, long retentionMillis, Map<String, String> config) {

    /** Copies the properties. */
    public TopicSettings {
        config = Map.copyOf(config);
    }
}
