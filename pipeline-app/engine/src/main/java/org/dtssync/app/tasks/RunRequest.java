package org.dtssync.app.tasks;

import java.util.List;
import org.dtssync.app.pipeline.RunGoal;
import org.dtssync.app.pipeline.RunOptions;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/** The options of one run. Immutable. */
public final class RunRequest {

    private final RunOptions options;

    private RunRequest(RunOptions options) {
        this.options = options;
    }

    /** A run that continues until it is stopped. */
    public static RunRequest endless() {
        return new RunRequest(RunOptions.to(RunGoal.NONE));
    }

    /** A run that ends once both databases have been verified. */
    public static RunRequest untilVerified() {
        return new RunRequest(RunOptions.to(RunGoal.VERIFIED));
    }

    /**
     * Reads a request as it is written on the command line.
     *
     * @param until the goal's name; null for none
     * @param acceptStructure tables, each {@code schema.table}, whose changed columns and keys the destination has too
     * @param resnapshot tables, each {@code schema.table}, that are emptied at the destination and reloaded
     * @throws SyncException of kind USAGE if the goal or a table's name is none
     */
    public static RunRequest parse(@Nullable String until, List<String> acceptStructure, List<String> resnapshot) {
        return new RunRequest(new RunOptions(goal(until), tables(acceptStructure), tables(resnapshot)));
    }

    RunOptions options() {
        return options;
    }

    private static RunGoal goal(@Nullable String until) {
        if (until == null) {
            return RunGoal.NONE;
        }
        for (RunGoal goal : RunGoal.values()) {
            if (goal != RunGoal.NONE && goal.label().equals(until)) {
                return goal;
            }
        }
        throw new SyncException(
                FaultKind.USAGE, "--until " + until + " is unknown.", "Use schema, snapshot, caught-up or verified.");
    }

    private static List<TableName> tables(List<String> names) {
        return names.stream().map(RunRequest::table).toList();
    }

    private static TableName table(String name) {
        int dot = name.indexOf('.');
        if (dot < 1 || dot == name.length() - 1) {
            throw new SyncException(FaultKind.USAGE, "'" + name + "' is not a table's name.", "Write schema.table.");
        }
        return new TableName(name.substring(0, dot), name.substring(dot + 1));
    }
}
