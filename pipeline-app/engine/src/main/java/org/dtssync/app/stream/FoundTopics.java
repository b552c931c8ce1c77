package org.dtssync.app.stream;

import java.util.Map;
import org.dtssync.connectors.kafka.BrokerAddresses;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.schemas.TopicNames;

/** Finds the topics of a task without its state. Stateless. */
public final class FoundTopics {

    private FoundTopics() {}

    /**
     * Returns the names of a task's topics, in the layout in which its cuts are found.
     *
     * @param task the task's name
     * @param kafka properties of clients
     */
    public static TopicNames of(String task, Map<String, String> kafka) {
        BrokerAddresses.requireNoOther(kafka);
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            // A question about topics that the account has no rights on would be refused.
            return new TopicNames(task).found(topics.all(), topics::wasWritten);
        }
    }
}
