package org.dtssync.connectors.capture;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.RecordLimits;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;

/**
 * Creates the topics of a task's tables before anything is captured, so that consumers find them. Capture creates those of tables that
 * come later. Stateless except for its settings.
 */
public final class TaskTopics {

    /** Brokers reject requests that create too many topics at once. */
    static final int TOPICS_PER_REQUEST = 200;

    private final CaptureSettings settings;

    /** Creates nothing yet; connects lazily. */
    public TaskTopics(CaptureSettings settings) {
        this.settings = settings;
    }

    /**
     * Creates the topic of the cuts, and the topics of tables that have none. The broker makes a topic's files after it has answered, one topic
     * after the other: that of the cuts comes first, since it is written at once.
     */
    public void create(Collection<TableName> tables) {
        TopicNames names = settings.names();
        List<String> wanted = tables.stream()
                .map(table -> names.table(table.schema(), table.table()))
                .toList();
        try (KafkaTopics topics = new KafkaTopics(settings.kafka())) {
            createCuts(topics);
            // An earlier attempt may have created some.
            Set<String> existing = topics.existing(wanted);
            List<String> missing = new ArrayList<>(wanted);
            missing.removeAll(existing);
            for (int from = 0; from < missing.size(); from += TOPICS_PER_REQUEST) {
                topics.create(
                        missing.subList(from, Math.min(missing.size(), from + TOPICS_PER_REQUEST)),
                        settings.topics().replicationFactor(),
                        topic -> properties(settings, topic));
            }
        }
    }

    /** Creates the topic of the cuts, if it is missing. */
    void createCuts(KafkaTopics topics) {
        topics.create(
                List.of(settings.names().cuts()),
                settings.topics().replicationFactor(),
                // Cuts connect each position with the next: they are retained forever.
                Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1"));
    }

    /** Returns the properties of each table's topic. */
    static Map<String, String> properties(CaptureSettings settings, String topic) {
        CaptureSettings.Topics topics = settings.topics();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("cleanup.policy", "delete");
        properties.put("retention.ms", Long.toString(topics.retentionMillis()));
        properties.putAll(RecordLimits.TOPIC_DEFAULTS);
        properties.putAll(topics.config());
        properties.putAll(topics.tables().of(settings.names().tableOf(topic)));
        return properties;
    }
}
