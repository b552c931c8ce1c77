package org.dtssync.app.replay;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.stream.FoundTopics;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.ReadPurpose;
import org.dtssync.connectors.read.ReadSettings;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.connectors.read.StreamReader;
import org.dtssync.schemas.TopicNames;

/**
 * The topics of a task, opened for reading alone: without a consumer group, and without the task's state. Thread-safe.
 *
 * @param names the task's topics
 * @param kafka properties of clients
 * @param codecs read what is in the topics
 */
record ReplayTopics(TopicNames names, Map<String, String> kafka, TopicCodecs codecs) {

    static ReplayTopics of(TaskFile file) {
        TopicNames names = FoundTopics.of(file.name(), file.kafka().properties());
        return new ReplayTopics(
                names,
                file.kafka().properties(),
                new TopicCodecs(names, file.converters(), new SharedRegistry(file.registry())));
    }

    private ReadSettings settings(ReadPurpose purpose) {
        return new ReadSettings(names, kafka, Optional.empty(), purpose);
    }

    CutScan cuts() {
        return new CutScan(names, kafka, codecs.cuts());
    }

    /** Opens the changes that are there. */
    StreamReader changes(CutPosition from) {
        return changes(from, ReadPurpose.REPLAY);
    }

    /** Opens the changes that are there, and those to come. */
    StreamReader followed(CutPosition from) {
        return changes(from, ReadPurpose.FOLLOW);
    }

    private StreamReader changes(CutPosition from, ReadPurpose purpose) {
        return new StreamReader(settings(purpose), from, codecs.cuts(), codecs.keys(), codecs.values());
    }

    RecordScan records() {
        return new RecordScan(settings(ReadPurpose.REPLAY));
    }

    /** Returns the tables that have a topic, which each gets with its first change. */
    Set<TableName> tables() {
        String prefix = names.task() + ".";
        try (RecordScan records = records()) {
            return records.names().stream()
                    .filter(topic -> topic.startsWith(prefix) && topic.indexOf('.', prefix.length()) > 0)
                    .map(names::tableOf)
                    .map(table -> new TableName(table.schema(), table.table()))
                    .collect(Collectors.toSet());
        }
    }

    /** Returns whether the task has carried commands. */
    boolean haveCommands() {
        try (RecordScan records = records()) {
            return records.names().contains(names.table(CarriedCommands.TABLE.schema(), CarriedCommands.TABLE.table()));
        }
    }

    /**
     * Requires that no compaction has removed earlier changes of rows, which leaves a gap that nothing but a proof of all topics shows.
     *
     * @throws SyncException of kind TOPIC if one of the tables' topics is compacted
     */
    void requireNotCompacted(Collection<TableName> tables) {
        try (KafkaTopics admin = new KafkaTopics(kafka)) {
            Set<String> compacted = admin.compacted(tables.stream()
                    .map(table -> names.table(table.schema(), table.table()))
                    .toList());
            if (!compacted.isEmpty()) {
                throw new SyncException(
                        FaultKind.TOPIC,
                        "Topic " + compacted.iterator().next()
                                + " has cleanup.policy=compact: changes of rows that changed again may be gone from it.",
                        "Set cleanup.policy=delete, and take another base: dts-sync base TASK.yaml --to DIR. It can be replayed from"
                                + " then on.");
            }
        }
    }

    /** Leaves out properties, which may hold secrets. */
    @Override
    public String toString() {
        return "ReplayTopics[task=" + names.task() + "]";
    }
}
