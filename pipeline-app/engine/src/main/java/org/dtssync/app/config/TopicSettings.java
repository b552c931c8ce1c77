package org.dtssync.app.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.dtssync.schemas.TopicValues;

/**
 * Section {@code topics}: how the task's topics are created.
 *
 * @param replicationFactor replicas of each partition
 * @param retentionMillis how long records of tables are retained, in milliseconds; -1 means forever
 * @param config additional topic properties
 * @param values how values are written by a task that begins
 * @param snapshot whether the rows that the load copies go to the topics too
 * @param tombstones whether a record without a value follows each delete
 * @param transactions whether each record says where it is in its transaction
 * @param unchanged what records have in the place of large values that did not change
 * @param tables further topic properties for each pattern of tables, of which the later ones count
 */
public record TopicSettings(
        int replicationFactor,
        long retentionMillis,
        Map<String, String> config,
        TopicValues values,
        Snapshot snapshot,
        boolean tombstones,
        boolean transactions,
        Unchanged unchanged,
        Map<String, Map<String, String>> tables) {

    /** Which rows are in the topics apart from changes. */
    public enum Snapshot {
        /** None. */
        NONE,
        /** Those that the load reads. */
        READ
    }

    /** What records have in the place of large values that the source does not send, since they did not change. */
    public enum Unchanged {
        /** Debezium's placeholder. */
        PLACEHOLDER,
        /** The value that the source has. */
        READ
    }

    /** Copies the properties. */
    public TopicSettings {
        config = Map.copyOf(config);
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    /** Topics whose values have the default form. */
    public TopicSettings(int replicationFactor, long retentionMillis, Map<String, String> config) {
        this(replicationFactor, retentionMillis, config, TopicValues.DEBEZIUM);
    }

    /** Topics with nothing but changes. */
    public TopicSettings(int replicationFactor, long retentionMillis, Map<String, String> config, TopicValues values) {
        this(replicationFactor, retentionMillis, config, values, Snapshot.NONE, false, false, Unchanged.PLACEHOLDER, Map.of());
    }

    /** Returns whether the rows that the load copies go to the topics too. */
    public boolean withRows() {
        return snapshot == Snapshot.READ;
    }

    /** Returns the further topic properties of one table. */
    public Map<String, String> configOf(String schema, String table) {
        Map<String, String> own = new LinkedHashMap<>();
        tables.forEach((pattern, properties) -> {
            if (Glob.matches(pattern, schema + "." + table)) {
                own.putAll(properties);
            }
        });
        return own;
    }

    /** Returns how long the records of the tables are retained that are retained for the shortest time; -1 means forever. */
    public long leastRetentionMillis() {
        return Stream.concat(
                        Stream.of(Long.toString(retentionMillis)),
                        tables.values().stream().map(each -> each.getOrDefault("retention.ms", "-1")))
                .filter(text -> text.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .min()
                .orElse(-1);
    }
}
