package org.dtssync.connectors.read;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Tells whether topics are still the ones the cuts were written to. A topic that was re-created may have as many records as the
 * first one had, or more: offsets alone would not show it.
 *
 * <p>Not thread-safe.
 */
final class TopicCheck implements AutoCloseable {

    private final TopicNames names;
    private final KafkaTopics topics;

    TopicCheck(String task, Map<String, String> kafka) {
        this.names = new TopicNames(task);
        this.topics = new KafkaTopics(kafka);
    }

    /**
     * Compares topics with what they were.
     *
     * @param expected each topic's name with its identifier
     * @throws SyncException of kind TOPIC that names the first one that is gone or another
     */
    void requireSame(Map<String, String> expected) {
        topics.changed(expected).forEach((topic, how) -> {
            throw topic.equals(names.cuts())
                    ? LostCuts.changed(topic, how)
                    : new SyncException(
                            FaultKind.TOPIC,
                            "Topic " + topic + " " + how + ", and changes of table " + table(topic)
                                    + " in it were not applied yet.",
                            loadAgain(topic));
        });
    }

    /** Returns the fault of a topic that no longer has what is wanted next. */
    SyncException truncated(String topic, long wanted, long begin) {
        return new SyncException(
                FaultKind.TOPIC,
                "Topic " + topic + " was truncated: it begins at offset " + begin + ", and the changes of table "
                        + table(topic) + " from offset " + wanted + " on were not applied yet.",
                "If retention deleted them, raise topics.retention.ms. " + loadAgain(topic));
    }

    /** Returns the fault of a cut whose records are not all there, or are others. */
    SyncException incomplete(String topic, String how) {
        return new SyncException(
                FaultKind.TOPIC,
                "Topic " + topic + " " + how + ".",
                "Only dts-sync may write to its topics, and their cleanup.policy must be delete. " + loadAgain(topic));
    }

    /**
     * Returns the fault of a cut whose records are not all there. It is not known which of its topics lost them: a cut counts its
     * changes as a whole.
     */
    SyncException lostRecords(Cut cut, long found) {
        List<String> topics =
                cut.partitions().stream().map(Cut.CutPartition::topic).sorted().toList();
        String which = topics.size() == 1 ? "Topic " + topics.get(0) : "One of the topics " + String.join(", ", topics);
        return new SyncException(
                FaultKind.TOPIC,
                which + " has lost records: " + found + " of the " + cut.changes() + " changes of cut " + cut.sequence()
                        + " are there.",
                "Only dts-sync may write to its topics, and their cleanup.policy must be delete. "
                        + loadAgain(topics.toArray(String[]::new)));
    }

    private String loadAgain(String... topics) {
        String options = Arrays.stream(topics)
                .map(topic -> "--resnapshot " + table(topic))
                .collect(Collectors.joining(" "));
        return "Run with " + options + ", which loads the table" + (topics.length == 1 ? "" : "s") + " again.";
    }

    private String table(String topic) {
        TopicTable table = names.tableOf(topic);
        return table.schema() + "." + table.table();
    }

    @Override
    public void close() {
        topics.close();
    }
}
