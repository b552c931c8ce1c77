package org.dtssync.app.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.inventory.InventoryDifference;
import org.dtssync.app.pipeline.TaskInventory;
import org.dtssync.app.state.DeferredIndexStore;
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
 * @param wanted objects that differ because they were skipped or corrected or are being built, and which of these
 * @param notMigrated what the destination lacks, or grants to others, that no statement of the task makes
 */
public record StructureReport(
        int objects,
        List<StructureDifference> differences,
        Map<String, String> wanted,
        List<InventoryDifference> notMigrated)
        implements Report {

    private static final String SKIPPED = "skipped";

    private static final String UNBUILT = "being built";

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
        Set<String> skipped = decided.entrySet().stream()
                .filter(entry -> Set.of(SKIPPED, UNBUILT).contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        List<InventoryDifference> notMigrated = new TaskInventory(task)
                .differences(skipped).stream()
                        .filter(difference -> !difference.carried())
                        .toList();
        return new StructureReport(outcome.objects(), differences, wanted, notMigrated);
    }

    private static Map<String, String> decided(DatabaseConnections destination, String task) {
        Map<String, String> decided = new TreeMap<>();
        new DeferredIndexStore(destination, task).list().forEach(index -> decided.put(index.object(), UNBUILT));
        if (new ProgressStore(destination, task).exists()) {
            for (StoredObject object : new StructureObjectStore(destination, task).list()) {
                if (object.state() == ObjectState.SKIPPED) {
                    decided.put(object.object().name(), SKIPPED);
                } else if (object.corrected().isPresent()) {
                    decided.put(object.object().name(), "corrected");
                }
            }
        }
        return decided;
    }

    /** Returns whether there are no unintended differences that applications would notice. */
    public boolean equal() {
        return differing() == 0;
    }

    private long differing() {
        return differences.size()
                + notMigrated.stream().filter(InventoryDifference::blocking).count();
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
        for (InventoryDifference difference : notMigrated) {
            text.append(difference.kind().label())
                    .append(' ')
                    .append(difference.object())
                    .append(" (not migrated)\n");
        }
        return text.append(conclusion()).toString();
    }

    private String conclusion() {
        if (!equal()) {
            return differing() + " of " + (objects + notMigrated.size()) + " objects differ.";
        }
        return "All " + (objects - wanted.size()) + " objects are equal."
                + (notMigrated.isEmpty()
                        ? ""
                        : " The destination lacks " + notMigrated.size()
                                + " that are not migrated; applications do not need them.");
    }
}
