package org.dtssync.app.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.drift.ReadOnlySide;
import org.dtssync.app.inventory.Inventory;
import org.dtssync.app.inventory.InventoryComparison;
import org.dtssync.app.inventory.InventoryDifference;
import org.dtssync.app.inventory.Judgement;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.structure.LateObjects;
import org.dtssync.app.structure.StructureComparison;
import org.dtssync.app.structure.StructureDifference;
import org.dtssync.app.structure.pgdump.ReaderChoice;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;

/**
 * The inventory of a task: the source's catalogs, judged by the statements that the task runs, and the destination's next to them.
 *
 * @param task the task file
 */
public record TaskInventory(TaskFile task) {

    private static final String GATE = "objects";
    private static final int LISTED = 20;
    private static final String OTHERWISE =
            "With --ignore-structure the applications are moved all the same, without what is missing.";

    /** Reads and judges every object of the source; needs the source alone. */
    public Inventory read() {
        return Judgement.of(source(), task.objects(), statements());
    }

    /**
     * Returns what the task would make at the destination; needs the source alone. Only how statements are quoted depends on the
     * destination's version, which is not asked for.
     */
    public List<StructureObject> statements() {
        return new ReaderChoice(task.structure(), source(), Optional.empty(), task.objects())
                .reader()
                .read();
    }

    /**
     * Returns what would make the destination as it is now: its catalog knows structure changes that were accepted since the task began.
     */
    public List<StructureObject> statementsOfDestination() {
        return new ReaderChoice(
                        task.structure(), Route.forReading(task).destination(), Optional.empty(), task.objects())
                .reader()
                .read();
    }

    private DatabaseConnections source() {
        return new DatabaseConnections(End.SOURCE, task.source().database(), task.applicationName() + "_status");
    }

    /**
     * Returns what the destination lacks of what the source has now.
     *
     * @param skipped the names of schema objects that a person has decided not to create
     */
    public List<InventoryDifference> differences(Set<String> skipped) {
        Route route = Route.forReading(task);
        return InventoryComparison.of(route.source(), route.destination(), task.objects(), statements(), skipped);
    }

    /** What was skipped is not missing, and what the switch itself makes is not missing yet. */
    private List<InventoryDifference> differences(Route direction, List<StoredObject> stored) {
        Set<String> skipped = new HashSet<>();
        List<StructureObject> statements = new ArrayList<>();
        for (StoredObject object : stored) {
            boolean late = LateObjects.isLate(object.object()) && object.state() != ObjectState.DONE;
            if (late || object.state() == ObjectState.SKIPPED) {
                skipped.add(object.object().name());
            }
            StructureObject made = object.object();
            statements.add(new StructureObject(
                    made.ordinal(), made.name(), made.kind(), made.section(), made.tables(), object.statement()));
        }
        return InventoryComparison.of(direction.source(), direction.destination(), task.objects(), statements, skipped);
    }

    /**
     * Returns whether applications would miss something at the database they are moved to; nothing for a task that made none of its
     * objects.
     */
    public List<Gate> gates(SwitchKind kind) {
        Route route = Route.forReading(task);
        Route direction = kind == SwitchKind.SWITCHOVER ? route : route.reversed();
        End from = direction.source().role();
        End to = direction.destination().role();
        List<StoredObject> stored = new StructureObjectStore(route.destination(), route.task()).list();
        if (stored.isEmpty()) {
            return List.of();
        }
        List<Gate> gates = new ArrayList<>();
        List<InventoryDifference> noticed = new ArrayList<>();
        List<InventoryDifference> unnoticed = new ArrayList<>();
        for (InventoryDifference difference : differences(direction, stored)) {
            (refuses(difference, kind) ? noticed : unnoticed).add(difference);
        }
        String hint = noticed.isEmpty() ? "" : ReadOnlySide.hint(direction.destination());
        for (InventoryDifference difference : noticed.subList(0, Math.min(LISTED, noticed.size()))) {
            gates.add(Gate.fail(
                    GATE,
                    Group.REPLICATION,
                    difference.detail(),
                    (difference.remedy() + hint + " " + OTHERWISE).strip()));
        }
        if (noticed.size() > LISTED) {
            gates.add(Gate.fail(
                    GATE,
                    Group.REPLICATION,
                    (noticed.size() - LISTED) + " more objects or grants are missing at the " + to + ".",
                    (kind == SwitchKind.SWITCHOVER
                                    ? "dts-sync evaluate TASK.yaml --verbose names all that are not migrated. "
                                    : "Those listed come first: make them, then run the command again. ")
                            + OTHERWISE));
        }
        if (!unnoticed.isEmpty()) {
            gates.add(Gate.warn(
                    GATE,
                    Group.REPLICATION,
                    "The " + to + " lacks " + unnoticed.size() + " objects or grants that are not needed to switch: "
                            + unnoticed.stream()
                                    .limit(LISTED)
                                    .map(InventoryDifference::object)
                                    .collect(Collectors.joining(", "))
                            + (unnoticed.size() > LISTED ? " and more" : "") + ".",
                    kind == SwitchKind.SWITCHOVER
                            ? "dts-sync evaluate TASK.yaml --verbose prints the SQL that makes them."
                            : "Make them there by hand if something needs them."));
        }
        List<String> changed = changed(direction, stored);
        if (!changed.isEmpty()) {
            gates.add(
                    Gate.warn(
                            GATE,
                            Group.REPLICATION,
                            count(changed.size()) + " at the " + to + " from what the " + from + " has: "
                                    + changed.stream().limit(LISTED).collect(Collectors.joining(", "))
                                    + (changed.size() > LISTED ? " and more" : "") + ".",
                            "Applications will meet them as they are at the " + to
                                    + ". dts-sync verify --structure compares them; make both alike if the difference is not intended."));
        }
        if (gates.isEmpty()) {
            gates.add(Gate.pass(
                    GATE,
                    Group.REPLICATION,
                    "The " + to + " has every object that the " + from + " has for this task."));
        }
        return gates;
    }

    /** Names what both databases have in different forms, but for what a person corrected and for sequences, which have a gate of their own. */
    private List<String> changed(Route direction, List<StoredObject> stored) {
        Set<String> intended = stored.stream()
                .filter(object -> object.state() == ObjectState.SKIPPED
                        || object.corrected().isPresent())
                .map(object -> object.object().name())
                .collect(Collectors.toSet());
        return new StructureComparison(direction.source(), direction.destination(), task.objects())
                .compare().differences().stream()
                        .filter(difference -> difference.kind() == StructureDifference.Kind.CHANGED)
                        .map(StructureDifference::object)
                        .filter(object -> !intended.contains(object) && !object.contains("sequence:"))
                        .toList();
    }

    private static String count(int objects) {
        return objects == 1 ? "1 object differs" : objects + " objects differ";
    }

    /**
     * An object that existed at the destination before keeps its own grants, and was allowed to. Other objects may have existed there
     * as well, and are not missed at the source.
     */
    private boolean refuses(InventoryDifference difference, SwitchKind kind) {
        boolean expected = difference.kind() == InventoryDifference.Kind.MISSING
                && (kind == SwitchKind.SWITCHOVER || difference.carried());
        return difference.blocking() && (expected || task.destination().existing() == Existing.FAIL);
    }
}
