package org.dtssync.app.pipeline;

import java.util.List;
import org.dtssync.connectors.postgres.TableName;

/**
 * The options of one run.
 *
 * @param goal how far it goes
 * @param acceptStructure tables whose changed shape is accepted, since the destination has it too
 * @param resnapshot tables to reload
 */
public record RunOptions(RunGoal goal, List<TableName> acceptStructure, List<TableName> resnapshot) {

    /** Copies the lists. */
    public RunOptions {
        acceptStructure = List.copyOf(acceptStructure);
        resnapshot = List.copyOf(resnapshot);
    }

    /** A run to a goal, and nothing else. */
    public static RunOptions to(RunGoal goal) {
        return new RunOptions(goal, List.of(), List.of());
    }
}
