package org.dtssync.app.pipeline;

import java.util.List;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.app.precheck.TopicRights;
import org.dtssync.app.stream.FoundTopics;
import org.dtssync.connectors.fault.SyncException;

/**
 * What reverse replication needs of the brokers, where its topics are made at the first switchover.
 *
 * @param task the task file
 */
public record ReverseTopics(TaskFile task) {

    private static final String ID = "reverse-topics";

    /** Checks whether its account may make and use them; changes nothing. Nothing is checked of an embedded broker. */
    public List<Gate> gates() {
        if (task.kafka().embedded()) {
            return List.of();
        }
        try {
            List<TopicRights.Missing> missing = new TopicRights(task)
                    .missing(
                            task.taskName().reverse(),
                            FoundTopics.of(task.name(), task.kafka().properties())
                                    .layout());
            return missing.isEmpty()
                    ? List.of(Gate.pass(
                            ID, Group.REVERSE, "The account may make and use the topics of reverse replication."))
                    : missing.stream()
                            .map(right -> Gate.fail(ID, Group.REVERSE, right.message(), right.remedy())
                                    .at("kafka", ""))
                            .toList();
        } catch (SyncException e) {
            return List.of(Gate.warn(ID, Group.REVERSE, e.what(), e.remedy()));
        }
    }
}
