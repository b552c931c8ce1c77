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
 */
record Brokers(int count, Set<String> topics, Map<String, String> settings) {

    Brokers {
        topics = Set.copyOf(topics);
        settings = Map.copyOf(settings);
    }

    Optional<Long> number(String setting) {
        return Optional.ofNullable(settings.get(setting)).map(Long::parseLong);
    }
}
