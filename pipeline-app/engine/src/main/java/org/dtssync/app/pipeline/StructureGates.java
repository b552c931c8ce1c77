package org.dtssync.app.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dtssync.app.catalog.UnsharedTables;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.drift.ReadOnlySide;
import org.dtssync.app.inventory.InventoryComparison;
import org.dtssync.app.inventory.InventoryDifference;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.Gate.Group;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.SequenceFinding;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StoredDdl;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureForms;
import org.dtssync.app.state.StructureObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.structure.ComparedObjects;
import org.dtssync.app.structure.ComparedObjects.Change;
import org.dtssync.app.structure.LateObjects;
import org.dtssync.app.structure.StructureComparison;
import org.dtssync.app.structure.UnfilledViews;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.ReadOnlyDefault;
import org.dtssync.connectors.postgres.TableName;

/**
 * Whether applications would find everything at the database they are moved to, as it is where they are: objects, their definitions and
 * privileges. Each gate has the SQL that changes it there. Used for one switch, by one thread.
 *
 * @param task the task file
 * @param kind which way they are moved
 */
public record StructureGates(TaskFile task, SwitchKind kind) {

    private static final String GATE = "objects";
    private static final int LISTED = 20;
    private static final String OTHERWISE =
            "With --ignore-structure the applications are moved all the same, to the database as it is.";

    /**
     * What is found.
     *
     * @param failed what keeps applications from moving
     * @param warned what does not
     * @param left what differs after a person decided about the command that made it
     */
    private record Found(List<Gate> failed, List<Gate> warned, List<String> left) {}

    /** Reads both databases. */
    public List<Gate> gates() {
        Route route = Route.forReading(task);
        Route direction = kind == SwitchKind.SWITCHOVER ? route : route.reversed();
        List<Gate> gates = new ArrayList<>(objects(route, direction));
        if (kind == SwitchKind.ROLLBACK) {
            gates.addAll(leftBehind(direction));
        }
        return gates;
    }

    /** The rows of a table that applications made after the switchover are nowhere else, unless it was loaded at the source. */
    private List<Gate> leftBehind(Route direction) {
        ObjectSelection all = new ObjectSelection(
                task.objects().include(), List.of(), task.objects().owners());
        List<String> meant = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (TableName table : UnsharedTables.of(direction.source(), direction.destination())) {
            (all.selects(table.schema(), table.table()) ? meant : others).add(table.toString());
        }
        List<Gate> gates = new ArrayList<>();
        if (!meant.isEmpty()) {
            gates.add(Gate.fail(
                    "tables",
                    Group.REPLICATION,
                    "Rows would stay at the destination: only there is " + listed(meant) + ".",
                    "Create each table at the source too, take it out of objects.exclude and run with --resnapshot TABLE. "
                            + OTHERWISE
                            + ReadOnlySide.hint(direction.destination())));
        }
        if (!others.isEmpty()) {
            gates.add(Gate.warn(
                    "tables",
                    Group.REPLICATION,
                    "Rows stay at the destination: only there is " + listed(others)
                            + ", which objects.include does not match.",
                    "Copy them by hand if something needs them at the source."));
        }
        return gates;
    }

    /** Nothing is said of a task that made none of its objects. */
    private List<Gate> objects(Route route, Route direction) {
        List<StoredObject> stored = new StructureObjectStore(route.destination(), route.task()).list();
        if (stored.isEmpty()) {
            return List.of();
        }
        ComparedObjects objects =
                new StructureComparison(direction.source(), direction.destination(), task.objects()).read();
        boolean closed = ReadOnlyDefault.isSet(direction.destination());
        End to = direction.destination().role();
        DecidedCommands decided = DecidedCommands.of(new DdlCommandStore(route.destination(), route.task()).list());
        Found found = new Found(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        // A gate of its own waits for them.
        Set<String> unbuilt = new DeferredIndexStore(direction.destination(), direction.task())
                .list().stream().map(DeferredIndex::object).collect(Collectors.toSet());
        missing(route, direction, stored, objects, closed, decided, unbuilt, found);
        if (kind == SwitchKind.SWITCHOVER) {
            unfilled(UnfilledViews.of(direction.destination(), stored), closed, found);
        }
        changed(
                objects.changes(
                        new StructureForms(route.destination(), route.task()).read(),
                        direction.source().role(),
                        task.destination().existing()),
                Stream.concat(intended(stored).stream(), unbuilt.stream()).collect(Collectors.toSet()),
                direction,
                closed,
                decided,
                found);
        if (!found.left().isEmpty()) {
            found.warned()
                    .add(
                            Gate.warn(
                                    GATE,
                                    Group.REPLICATION,
                                    count(found.left().size()) + " at the " + to + " from what the "
                                            + direction.source().role()
                                            + " has, after a command was skipped or corrected: " + listed(found.left())
                                            + ".",
                                    "Applications meet them as they are at the " + to
                                            + ". dts-sync ddl show TASK.yaml NUMBER shows a command; make both alike if the difference is not intended."));
        }
        List<Gate> gates = new ArrayList<>(
                found.failed().subList(0, Math.min(LISTED, found.failed().size())));
        if (found.failed().size() > LISTED) {
            gates.add(Gate.fail(
                    GATE,
                    Group.REPLICATION,
                    (found.failed().size() - LISTED) + " more objects or grants are missing or different at the " + to
                            + ".",
                    "Those listed come first: change them, then run the command again. " + OTHERWISE));
        }
        gates.addAll(found.warned());
        if (gates.isEmpty()) {
            gates.add(Gate.pass(
                    GATE,
                    Group.REPLICATION,
                    "The " + to + " has every object that the "
                            + direction.source().role() + " has for this task."));
        }
        return gates;
    }

    private void missing(
            Route route,
            Route direction,
            List<StoredObject> stored,
            ComparedObjects objects,
            boolean closed,
            DecidedCommands decided,
            Set<String> unbuilt,
            Found found) {
        String to = direction.destination().role().label();
        Set<String> counted = sequences(route, direction);
        List<InventoryDifference> unnoticed = new ArrayList<>();
        for (InventoryDifference difference : differences(direction, stored, unbuilt)) {
            if (!refuses(difference)) {
                unnoticed.add(difference);
            } else if (!counted.contains(difference.object().replace("\"", ""))
                    && !isLeft(difference, decided, found)) {
                String sql = difference.names().stream()
                        .flatMap(name -> objects.creation(name).stream())
                        .findFirst()
                        .orElse(difference.remedy());
                found.failed()
                        .add(Gate.fail(GATE, Group.REPLICATION, difference.detail(), OTHERWISE)
                                .at(to, opened(sql, closed)));
            }
        }
        if (!unnoticed.isEmpty()) {
            found.warned()
                    .add(Gate.warn(
                            GATE,
                            Group.REPLICATION,
                            "The " + to + " lacks " + unnoticed.size()
                                    + " objects or grants that are not needed to switch: "
                                    + listed(unnoticed.stream()
                                            .map(InventoryDifference::object)
                                            .toList())
                                    + ".",
                            kind == SwitchKind.SWITCHOVER
                                    ? "dts-sync evaluate TASK.yaml --verbose prints the SQL that makes them."
                                    : "Make them there by hand if something needs them."));
        }
    }

    private static void unfilled(List<StoredObject> views, boolean closed, Found found) {
        for (StoredObject view : views) {
            String name = view.object().name();
            found.warned()
                    .add(Gate.warn(
                                    GATE,
                                    Group.REPLICATION,
                                    "A materialized view has no contents at the destination, since " + name + " failed"
                                            + view.error()
                                                    .map(why -> ": " + why)
                                                    .orElse("") + ".",
                                    "Applications that read it get an error. Correct the cause first, or leave it as it is:"
                                            + " dts-sync structure skip TASK.yaml " + name + ".")
                            .at(End.DESTINATION.label(), opened(view.statement() + ";", closed)));
        }
    }

    private void changed(
            List<Change> changes,
            Set<String> intended,
            Route direction,
            boolean closed,
            DecidedCommands decided,
            Found found) {
        End from = direction.source().role();
        End to = direction.destination().role();
        List<String> perhaps = new ArrayList<>();
        for (Change change : changes) {
            if (intended.contains(change.name()) || change.name().startsWith("sequence:")) {
                continue;
            }
            Optional<StoredDdl> command = decided.about(change.name());
            if (change.certain() && command.isPresent()) {
                found.left().add(named(change.name(), command.get()));
            } else if (change.certain()) {
                found.failed()
                        .add(Gate.fail(
                                        GATE,
                                        Group.REPLICATION,
                                        "Object " + change.name() + " differs at the " + to + " from what the " + from
                                                + " has.",
                                        OTHERWISE)
                                .at(to.label(), opened(change.correction(), closed)));
            } else {
                perhaps.add(change.name());
            }
        }
        if (!perhaps.isEmpty()) {
            found.warned()
                    .add(
                            Gate.warn(
                                    GATE,
                                    Group.REPLICATION,
                                    count(perhaps.size()) + " at the " + to + " from what the " + from + " has: "
                                            + listed(perhaps) + ".",
                                    "Applications work with either form, or the two versions may only print them differently. They meet them as they are at the "
                                            + to
                                            + ". dts-sync verify --structure compares them; make both alike if the difference is not intended."));
        }
    }

    /** Notes what is missing because a person skipped the command that made it, or made something else. */
    private static boolean isLeft(InventoryDifference difference, DecidedCommands decided, Found found) {
        Optional<String> left = difference.kind() == InventoryDifference.Kind.MISSING
                ? difference.names().stream()
                        .flatMap(name -> decided.about(name).map(command -> named(name, command)).stream())
                        .findFirst()
                : Optional.empty();
        left.ifPresent(found.left()::add);
        return left.isPresent();
    }

    private static String named(String object, StoredDdl command) {
        return object + " (command " + command.number() + ", "
                + command.command().tag() + ")";
    }

    private static String opened(String sql, boolean closed) {
        return closed && !sql.isEmpty() ? ReadOnlyDefault.OFF + "\n" + sql : sql;
    }

    private static String listed(List<String> names) {
        return names.stream().limit(LISTED).collect(Collectors.joining(", "))
                + (names.size() > LISTED ? " and more" : "");
    }

    private static String count(int objects) {
        return objects == 1 ? "1 object differs" : objects + " objects differ";
    }

    /** Returns what a gate of their own says of sequences, as the inventory calls them. */
    private Set<String> sequences(Route route, Route direction) {
        return TaskSequences.of(direction, route, task.objects()).findings().stream()
                .map(SequenceFinding::sequence)
                .map(name -> "sequence " + name)
                .collect(Collectors.toSet());
    }

    /** What a person corrected or took out is as it is to be. */
    private static Set<String> intended(List<StoredObject> stored) {
        return stored.stream()
                .filter(object -> object.state() == ObjectState.SKIPPED
                        || object.corrected().isPresent())
                .map(object -> object.object().name())
                .collect(Collectors.toSet());
    }

    /** What was skipped is not missing, and what the switch itself makes is not missing yet. */
    private List<InventoryDifference> differences(Route direction, List<StoredObject> stored, Set<String> unbuilt) {
        Set<String> skipped = new HashSet<>(unbuilt);
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
     * An object that existed at the destination before keeps its own grants, and was allowed to. Other objects may have existed there
     * as well, and are not missed at the source.
     */
    private boolean refuses(InventoryDifference difference) {
        boolean expected = difference.kind() == InventoryDifference.Kind.MISSING
                && (kind == SwitchKind.SWITCHOVER || difference.carried());
        return difference.blocking() && (expected || task.destination().existing() == Existing.FAIL);
    }
}
