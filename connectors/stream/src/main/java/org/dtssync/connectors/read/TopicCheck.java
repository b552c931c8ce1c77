package org.dtssync.connectors.read;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.Remedy;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.kafka.LostCuts;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicTable;

/**
 * Checks whether topics are still the ones the cuts were written to. A topic that was re-created may have as many records as the
 * first one had, or more: offsets alone would not show it.
 *
 * <p>Not thread-safe.
 */
final class TopicCheck implements AutoCloseable {

    private static final String ONLY_OURS =
            "Only dts-sync may write to its topics, and their cleanup.policy must be delete. ";

    private static final String PROVE = "dts-sync replay prove names the first difference.";

    private final TopicNames names;
    private final KafkaTopics topics;
    private final boolean replay;

    TopicCheck(ReadSettings settings) {
        this.names = settings.names();
        this.topics = new KafkaTopics(settings.kafka());
        this.replay = settings.purpose() != ReadPurpose.APPLY;
    }

    /**
     * Compares topics with the expected ones.
     *
     * @param expected each topic's name with its id
     * @throws SyncException of kind TOPIC that names the first one that was deleted or replaced
     */
    void requireSame(Map<String, String> expected) {
        topics.changed(expected).forEach((topic, how) -> {
            throw topic.equals(names.cuts())
                    ? LostCuts.changed(topic, how)
                    : new SyncException(
                            FaultKind.TOPIC,
                            "Topic " + topic + " " + how + ", and changes of table " + table(topic) + " in it "
                                    + (replay ? "are gone." : "were not applied yet."),
                            loadAgain(topic));
        });
    }

    /** Returns the fault of a topic that no longer has the next expected record. */
    SyncException truncated(String topic, long wanted, long begin) {
        return new SyncException(
                FaultKind.TOPIC,
                "Topic " + topic + " was truncated: it begins at offset " + begin + ", and the changes of table "
                        + table(topic) + " from offset " + wanted + " on "
                        + (replay ? "are gone." : "were not applied yet."),
                replay ? "" : "If retention deleted them, raise topics.retention.ms. " + loadAgain(topic));
    }

    /** Returns the fault of a cut with missing or foreign records. */
    SyncException incomplete(String topic, String how) {
        return new SyncException(
                FaultKind.TOPIC, "Topic " + topic + " " + how + ".", ONLY_OURS + (replay ? PROVE : loadAgain(topic)));
    }

    /**
     * Returns the fault of a cut with missing records. It is not known which of its topics lost them: a cut counts its
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
                ONLY_OURS + (replay ? PROVE : loadAgain(topics.toArray(String[]::new))));
    }

    /**
     * Returns the fault of cuts that do not follow from each other.
     *
     * @param what a sentence
     */
    SyncException brokenCuts(String what) {
        return new SyncException(FaultKind.TOPIC, what, replay ? PROVE : Remedy.START_AGAIN);
    }

    private String loadAgain(String... topics) {
        if (replay) {
            return "";
        }
        String options = Arrays.stream(topics)
                .map(topic -> "--resnapshot " + table(topic))
                .collect(Collectors.joining(" "));
        return "Run with " + options + ", which reloads the table" + (topics.length == 1 ? "" : "s") + ".";
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
