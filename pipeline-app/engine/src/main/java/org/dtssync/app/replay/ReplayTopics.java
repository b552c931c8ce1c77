package org.dtssync.app.replay;

import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.connectors.read.CutPosition;
import org.dtssync.connectors.read.CutScan;
import org.dtssync.connectors.read.ReadPurpose;
import org.dtssync.connectors.read.ReadSettings;
import org.dtssync.connectors.read.RecordScan;
import org.dtssync.connectors.read.StreamReader;

/**
 * The topics of a task, opened for reading alone: without a consumer group, and without the task's state. Thread-safe.
 *
 * @param task the task's name
 * @param kafka properties of clients
 * @param codecs read what is in the topics
 */
record ReplayTopics(String task, Map<String, String> kafka, TopicCodecs codecs) {

    static ReplayTopics of(TaskFile file) {
        return new ReplayTopics(
                file.name(),
                file.kafka().properties(),
                new TopicCodecs(file.name(), file.converters(), new SharedRegistry(file.registry())));
    }

    private ReadSettings settings() {
        return new ReadSettings(task, kafka, Optional.empty(), ReadPurpose.REPLAY);
    }

    CutScan cuts() {
        return new CutScan(task, kafka, codecs.cuts());
    }

    StreamReader changes(CutPosition from) {
        return new StreamReader(settings(), from, codecs.cuts(), codecs.keys(), codecs.values());
    }

    RecordScan records() {
        return new RecordScan(settings());
    }

    /** Leaves out properties, which may hold secrets. */
    @Override
    public String toString() {
        return "ReplayTopics[task=" + task + "]";
    }
}
