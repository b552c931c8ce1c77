package org.dtssync.app.precheck;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the brokers say of themselves.
 *
 * @param count how many there are
 * @param topics names of all topics
 * @param settings settings of one broker; empty where the account may not read them
 * @param topicBytes the largest message each of the task's topics takes, in bytes; empty where the account may not read it
 */
record Brokers(int count, Set<String> topics, Map<String, String> settings, Map<String, Long> topicBytes) {

    Brokers {
        topics = Set.copyOf(topics);
        settings = Map.copyOf(settings);
        topicBytes = Map.copyOf(topicBytes);
    }

    /** Brokers without a topic of the task. */
    Brokers(int count, Set<String> topics, Map<String, String> settings) {
        this(count, topics, settings, Map.of());
    }

    Optional<Long> number(String setting) {
        return Optional.ofNullable(settings.get(setting)).map(Long::parseLong);
    }
}
