package org.dtssync.app.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.structure.StructureComparison;
import org.dtssync.app.structure.StructureDifference;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;

/**
 * The comparison of schema objects, as text for people and as JSON for programs.
 *
 * @param objects how many there are
 * @param differences unintended differences
 * @param wanted objects that differ because they were skipped or corrected, and which of the two
 */
public record StructureReport(int objects, List<StructureDifference> differences, Map<String, String> wanted)
        implements Report {

    /** Reads and compares; needs no active run, and works in every phase. */
    static StructureReport of(TaskFile task) {
        String name = task.applicationName() + "_status";
        DatabaseConnections destination =
                new DatabaseConnections(End.DESTINATION, task.destination().database(), name);
        StructureComparison.Outcome outcome = new StructureComparison(
                        new DatabaseConnections(End.SOURCE, task.source().database(), name),
                        destination,
                        task.objects())
                .compare();
        Map<String, String> decided = decided(destination, task.name());
        List<StructureDifference> differences = new ArrayList<>();
        Map<String, String> wanted = new TreeMap<>();
        for (StructureDifference difference : outcome.differences()) {
            Optional<String> why = Optional.ofNullable(decided.get(difference.object()));
            why.ifPresent(what -> wanted.put(difference.object(), what));
            if (why.isEmpty()) {
                differences.add(difference);
            }
        }
        return new StructureReport(outcome.objects(), differences, wanted);
    }

    private static Map<String, String> decided(DatabaseConnections destination, String task) {
        Map<String, String> decided = new TreeMap<>();
        if (new ProgressStore(destination, task).exists()) {
            for (StoredObject object : new StructureObjectStore(destination, task).list()) {
                if (object.state() == ObjectState.SKIPPED) {
                    decided.put(object.object().name(), "skipped");
                } else if (object.corrected().isPresent()) {
                    decided.put(object.object().name(), "corrected");
                }
            }
        }
        return decided;
    }

    /** Returns whether there are no unintended differences. */
    public boolean equal() {
        return differences.isEmpty();
    }

    @Override
    public String json() {
        return TaskJson.structure(this);
    }

    /** Returns one line per object that differs, and a conclusion. */
    @Override
    public String text() {
        StringBuilder text = new StringBuilder();
        for (StructureDifference difference : differences) {
            text.append(difference.kind().label())
                    .append(' ')
                    .append(difference.object())
                    .append('\n');
        }
        wanted.forEach(
                (object, why) -> text.append(why).append(' ').append(object).append(" (intended)\n"));
        return text.append(
                        equal()
                                ? "All " + (objects - wanted.size()) + " objects are equal."
                                : differences.size() + " of " + objects + " objects differ.")
                .toString();
    }
}
