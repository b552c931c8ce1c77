package org.dtssync.app.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.config.ObjectSelection.LargeObjects;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.moving.Abandonment;
import org.dtssync.app.moving.Arrival;
import org.dtssync.app.moving.Completion;
import org.dtssync.app.moving.Gate;
import org.dtssync.app.moving.SequenceTransfer;
import org.dtssync.app.moving.Switch;
import org.dtssync.app.moving.SwitchKind;
import org.dtssync.app.moving.UnsentRows;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.snapshot.LargeObjectCopy;
import org.dtssync.app.snapshot.UnsentTables;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.structure.LateObjects;
import org.dtssync.app.structure.StructureFinisher;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.TableName;

/**
 * Wires everything that moves applications from one database to the other.
 *
 * @param task the task file
 * @param route the route that it describes
 * @param epoch the right to write to its destination
 */
record Moves(TaskFile task, Route route, Epoch epoch) {

    /** Creates an attempt to move them in one direction. */
    Switch move(SwitchKind kind) {
        Arrival arrival = new Arrival(
                sequences(),
                () -> new StructureGates(task, kind).gates(),
                kind == SwitchKind.SWITCHOVER ? this::wayBack : List::of,
                unsentRows(),
                (direction, there) -> complete(kind, direction, there));
        return new Switch(kind, route, epoch, task.switchover(), task.secondInstance(), arrival);
    }

    private List<Gate> wayBack() {
        List<Gate> gates = new ArrayList<>(new ReverseTopics(task).gates());
        gates.addAll(new ReverseCommands(task).gates());
        return gates;
    }

    /** Makes what waits until applications use a database. Only the destination has the list, and everything that is late. */
    private void complete(SwitchKind kind, Route direction, Epoch there) {
        StructureObjectStore store = new StructureObjectStore(route.destination(), route.task());
        boolean destination = kind == SwitchKind.SWITCHOVER;
        if (destination) {
            new LateObjects(route.destination(), store, there).make();
        }
        new StructureFinisher(direction.source(), direction.destination(), task.objects(), there)
                .refresh(destination ? Optional.of(store) : Optional.empty(), view -> {});
    }

    private UnsentRows unsentRows() {
        return new UnsentRows() {
            @Override
            public List<TableName> tables(Route direction) {
                return UnsentTables.of(direction.source(), task.objects());
            }

            @Override
            public boolean any(List<TableName> tables) {
                return !tables.isEmpty() || task.objects().largeObjects() == LargeObjects.COPY;
            }

            @Override
            public void copy(Route direction, List<TableName> tables, Epoch there) throws InterruptedException {
                new UnsentTables(direction.source(), direction.destination(), there, () -> 0).copy(tables);
                if (task.objects().largeObjects() == LargeObjects.COPY) {
                    LargeObjectCopy objects = new LargeObjectCopy(
                            direction.source(),
                            direction.destination(),
                            there,
                            task.objects().owners());
                    objects.awaitWriters();
                    objects.copy();
                }
            }
        };
    }

    /** Creates a return to the source that does not wait for everything. */
    Abandonment abandonment() {
        return new Abandonment(
                route,
                epoch,
                task.switchover(),
                sequences(),
                () -> new StructureGates(task, SwitchKind.ROLLBACK).gates(),
                unsentRows());
    }

    /** Creates the end of reverse replication. */
    Completion completion() {
        return new Completion(route, epoch);
    }

    private SequenceTransfer sequences() {
        return direction -> TaskSequences.of(direction, route, task.objects());
    }
}
