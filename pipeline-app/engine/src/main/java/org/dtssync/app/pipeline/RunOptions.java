package org.dtssync.app.pipeline;

import java.util.List;
import org.dtssync.connectors.postgres.TableName;

/**
 * What one run is told beside the task file.
 *
 * @param goal how far it goes
 * @param acceptStructure tables whose changed structure is taken as it is now, since the destination has it too
 * @param resnapshot tables that are loaded anew
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
