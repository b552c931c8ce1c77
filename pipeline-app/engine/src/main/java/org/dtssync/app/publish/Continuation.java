package org.dtssync.app.publish;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.base.BaseTable;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.connectors.read.CutRecord;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.schemas.Cut.CutPartition;
import org.dtssync.schemas.TopicNames;

/**
 * Where the changes begin that a base does not have.
 *
 * @param file the task file
 * @param names the task's topics
 */
record Continuation(TaskFile file, TopicNames names) {

    /** Returns the place of each table that has a topic of changes. */
    Map<TableName, TopicBase.Place> of(BaseManifest manifest) throws InterruptedException {
        Map<String, TableName> topics = new HashMap<>();
        for (BaseTable table : manifest.tables()) {
            topics.put(names.table(table.table().schema(), table.table().table()), table.table());
        }
        Map<TableName, TopicBase.Place> places = new HashMap<>();
        // What has no change behind the base ends where it ended before the cuts were read.
        Map<String, Long> ends = ends(topics.keySet());
        TopicCodecs codecs = new TopicCodecs(names, file.converters(), new SharedRegistry(file.registry()));
        try (CutScan cuts = new CutScan(names, file.kafka().properties(), codecs.cuts())) {
            cuts.seek(manifest.cut().offset() + 1);
            for (CutRecord record = cuts.next(); record != null; record = cuts.next()) {
                for (CutPartition part : record.cut().partitions()) {
                    TableName table = topics.get(part.topic());
                    if (table != null) {
                        places.putIfAbsent(table, new TopicBase.Place(part.topic(), part.firstOffset()));
                    }
                }
            }
        }
        ends.forEach((topic, end) -> {
            TableName table = topics.get(topic);
            if (table != null) {
                places.putIfAbsent(table, new TopicBase.Place(topic, end));
            }
        });
        return places;
    }

    private Map<String, Long> ends(Set<String> wanted) throws InterruptedException {
        Map<String, Long> ends = new HashMap<>();
        try (KafkaTopics topics = new KafkaTopics(file.kafka().properties());
                Offsets offsets = new Offsets(file.kafka().properties())) {
            for (String topic : topics.existing(wanted)) {
                ends.put(topic, offsets.committedEnd(topic));
            }
        }
        return ends;
    }
}
