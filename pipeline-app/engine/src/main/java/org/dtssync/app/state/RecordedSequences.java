package org.dtssync.app.state;

import java.util.HashSet;
import java.util.Set;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.TableName;

/**
 * What a task's list of schema objects says about sequences. Immutable.
 *
 * @param names those that it made, or is about to make, as {@code schema.name}
 * @param skipped those that a person took out, in the same form
 */
public record RecordedSequences(Set<String> names, Set<String> skipped) {

    /** For a task that has no list yet. */
    public static final RecordedSequences NONE = new RecordedSequences(Set.of(), Set.of());

    private static final String KIND = "sequence";

    /** Copies the sets. */
    public RecordedSequences {
        names = Set.copyOf(names);
        skipped = Set.copyOf(skipped);
    }

    /**
     * Reads them.
     *
     * @param destination connections to the destination of the task, whichever way the data flows
     * @param task the task's name
     */
    public static RecordedSequences read(DatabaseConnections destination, String task) {
        return new StateTransactions(destination)
                .read("The schema objects of task " + task + " could not be read", connection -> {
                    Set<String> names = new HashSet<>();
                    Set<String> skipped = new HashSet<>();
                    if (Statements.isThere(connection, "dts_sync.structure_object")) {
                        Statements.list(
                                connection,
                                "SELECT name, state FROM dts_sync.structure_object WHERE task = ? AND kind = ?",
                                row -> ObjectState.of(row.getString(2)) == ObjectState.SKIPPED
                                        ? skipped.add(bare(row.getString(1)))
                                        : names.add(bare(row.getString(1))),
                                task,
                                KIND);
                    }
                    return new RecordedSequences(names, skipped);
                });
    }

    private static String bare(String name) {
        return name.substring(name.indexOf(':') + 1);
    }

    /** Returns whether the task made a sequence, or is about to. */
    public boolean made(TableName sequence) {
        return names.contains(sequence.toString());
    }

    /** Returns whether a person took a sequence out. */
    public boolean leftOut(TableName sequence) {
        return skipped.contains(sequence.toString());
    }
}
