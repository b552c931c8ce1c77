package org.dtssync.app.config;

import java.util.Map;
import org.dtssync.schemas.TopicValues;

/**
 * Section {@code topics}: how the task's topics are created.
 *
 * @param replicationFactor replicas of each partition
 * @param retentionMillis how long records of tables are retained, in milliseconds; -1 means forever
 * @param config additional topic properties
 * @param values how values are written by a task that begins
 * @param tombstones whether a record without a value follows each delete
 * @param transactions whether each record says where it is in its transaction
 */
public record TopicSettings(
        int replicationFactor,
        long retentionMillis,
        Map<String, String> config,
        TopicValues values,
        boolean tombstones,
        boolean transactions) {

    /** Copies the properties. */
    public TopicSettings {
        config = Map.copyOf(config);
    }

    /** Topics whose values are text. */
    public TopicSettings(int replicationFactor, long retentionMillis, Map<String, String> config) {
        this(replicationFactor, retentionMillis, config, TopicValues.TEXT);
    }

    /** Topics with nothing but changes. */
    public TopicSettings(int replicationFactor, long retentionMillis, Map<String, String> config, TopicValues values) {
        this(replicationFactor, retentionMillis, config, values, false, false);
    }
}
