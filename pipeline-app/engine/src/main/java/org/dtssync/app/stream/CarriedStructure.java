package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.catalog.CarriedShape;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.CommandTable;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.app.state.CarriedShapes;
import org.dtssync.app.state.CarriedShapes.Known;
import org.dtssync.connectors.apply.ApplySettings.AppliedTable;
import org.dtssync.connectors.apply.VisibleSnapshot;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/**
 * What commands that are carried make of the task's tables, recorded in the transaction that runs them. Stateless.
 *
 * @param shapes the task's tables
 * @param objects which tables belong to the task
 * @param task the task as the source knows it
 * @param follower the database that commands are run at
 */
record CarriedStructure(CarriedShapes shapes, ObjectSelection objects, String task, End follower) {

    /** Returns the table of the task that a table is, or is a partition of, under the name it had before the command. */
    Optional<Known> known(Connection connection, String oid) throws SQLException {
        return shapes.holding(connection, CarriedShape.holding(oid));
    }

    /** Returns the task's tables that a command concerns, as they were before it. */
    List<Known> concerned(Connection connection, RecordedCommand command) throws SQLException {
        List<String> oids = new ArrayList<>(command.droppedTables());
        for (CommandTable table : command.tables()) {
            oids.add(table.oid());
            table.root().ifPresent(root -> oids.add(root.oid()));
        }
        List<Known> concerned = new ArrayList<>();
        for (String oid : oids) {
            known(connection, oid).ifPresent(concerned::add);
        }
        return concerned;
    }

    /** Records what a command left; returns the settings of the tables that are other ones now. */
    List<AppliedTable> record(Connection connection, RecordedCommand command) throws SQLException {
        List<AppliedTable> changed = new ArrayList<>();
        for (String oid : command.droppedTables()) {
            leave(connection, oid, changed);
        }
        // Roots first: a partition is recorded with its root.
        for (CommandTable table : command.tables()) {
            if (table.root().isEmpty()) {
                table(connection, command, table, changed);
            }
        }
        for (CommandTable table : command.tables()) {
            if (table.root().isPresent()) {
                partition(connection, table, table.root().get(), changed);
            }
        }
        return changed;
    }

    /** A dropped table leaves the task, a dropped partition its root. */
    private void leave(Connection connection, String oid, List<AppliedTable> changed) throws SQLException {
        Optional<Known> known = known(connection, oid);
        if (known.isEmpty()) {
            return;
        }
        TableName table = known.get().table();
        if (isItself(known.get(), oid)) {
            shapes.remove(connection, table);
            changed.add(left(table));
        } else {
            shapes.change(connection, table, CarriedShape.without(known.get().structure(), oid));
        }
    }

    /** Returns whether each selected table of a command is the task's under the name that it got, and newer than a commit. */
    boolean isNewerUnderItsNames(Connection connection, RecordedCommand command, Lsn commit) throws SQLException {
        List<CommandTable> selected = selected(command);
        for (CommandTable table : selected) {
            Optional<Known> known = shapes.named(connection, table.name());
            if (known.isEmpty() || !known.get().newerThan().reached(commit)) {
                return false;
            }
        }
        return !selected.isEmpty();
    }

    /** Tables leave the task under the names that they had before a command. */
    List<AppliedTable> leaveEarlierNames(Connection connection, RecordedCommand command) throws SQLException {
        List<AppliedTable> changed = new ArrayList<>();
        for (CommandTable table : selected(command)) {
            Optional<Known> earlier =
                    shapes.holdingUnderAnotherName(connection, CarriedShape.holding(table.oid()), table.name());
            if (earlier.isPresent()) {
                shapes.remove(connection, earlier.get().table());
                changed.add(left(earlier.get().table()));
            }
        }
        return changed;
    }

    private List<CommandTable> selected(RecordedCommand command) {
        return command.tables().stream()
                .filter(table -> table.root().isEmpty()
                        && objects.selects(table.name().schema(), table.name().table()))
                .toList();
    }

    private static boolean isItself(Known known, String oid) {
        return TableShape.parse(known.structure()).oid().equals(oid);
    }

    private static AppliedTable left(TableName table) {
        return new AppliedTable(table, List.of(), Optional.empty(), Optional.empty(), AppliedTable.NEVER);
    }

    /**
     * One that was a table of its own arrives with its root's name from here on. What it was copied with does not hold for the tree, which
     * is copied again then.
     */
    private void partition(
            Connection connection, CommandTable table, CommandTable.Root root, List<AppliedTable> changed)
            throws SQLException {
        Optional<Known> known = known(connection, table.oid());
        // In a tree with a key rows that come twice are the same row.
        boolean keyless = known(connection, root.oid())
                .map(tree -> TableShape.parse(tree.structure()).key().isEmpty())
                .orElse(false);
        boolean unloaded = known.isPresent()
                && (known.get().isSetAside()
                        || (keyless
                                && isItself(known.get(), table.oid())
                                && known.get().visible().isPresent()));
        if (known.isPresent()) {
            TableName before = known.get().table();
            if (isItself(known.get(), table.oid())) {
                shapes.remove(connection, before);
                changed.add(left(before));
            } else {
                shapes.change(
                        connection, before, CarriedShape.without(known.get().structure(), table.oid()));
            }
        }
        Optional<Known> tree = known(connection, root.oid());
        if (tree.isPresent()) {
            shapes.change(
                    connection,
                    tree.get().table(),
                    CarriedShape.withPartition(tree.get().structure(), table.reference(), table.partitionFacts()));
            if (unloaded && !tree.get().isSetAside()) {
                // The partition's rows come with those of the tree.
                CommandTransaction.truncate(connection, tree.get().table());
                shapes.setAside(connection, tree.get().table());
                changed.add(left(tree.get().table()));
            }
        } else if (objects.selects(root.name().schema(), root.name().table())) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Partition " + table.name() + " belongs to table " + root.name()
                            + ", which the task does not have.",
                    "Run with --resnapshot " + root.name() + ".");
        }
    }

    private void table(Connection connection, RecordedCommand command, CommandTable table, List<AppliedTable> changed)
            throws SQLException {
        Optional<Known> known = known(connection, table.oid());
        boolean selected = objects.selects(table.name().schema(), table.name().table()) && table.isSent();
        boolean unloaded = known.isPresent() && known.get().isSetAside();
        if (known.isPresent() && !isItself(known.get(), table.oid())) {
            // Detached: its rows are where they were. A snapshot that is the tree's does not hold for it.
            unloaded |= known.get().visible().isPresent();
            shapes.change(
                    connection,
                    known.get().table(),
                    CarriedShape.without(known.get().structure(), table.oid()));
            known = Optional.empty();
        }
        if (known.isEmpty()) {
            if (selected) {
                add(connection, command, table, changed);
                if (unloaded) {
                    CommandTransaction.truncate(connection, table.name());
                    shapes.setAside(connection, table.name());
                    changed.add(left(table.name()));
                }
            }
            return;
        }
        TableName was = known.get().table();
        if (!was.equals(table.name())) {
            shapes.rename(connection, was, table.name());
            changed.add(left(was));
        }
        if (!selected) {
            shapes.remove(connection, table.name());
            changed.add(left(table.name()));
            return;
        }
        String structure = CarriedShape.of(Optional.of(known.get().structure()), table.facts(), table.columnFacts());
        shapes.change(connection, table.name(), structure, table.key());
        changed.add(applied(table, known.get().visible(), known.get().applyAfter()));
    }

    private void add(Connection connection, RecordedCommand command, CommandTable table, List<AppliedTable> changed)
            throws SQLException {
        Optional<String> publication = command.publication(task, table, follower);
        if (publication.isEmpty()) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table.name() + " belongs to the task from here on, and its rows are not in the stream.",
                    "Create it at the " + follower + " too and run with --resnapshot " + table.name()
                            + ", or add it to objects.exclude.");
        }
        String structure = CarriedShape.of(Optional.empty(), table.facts(), table.columnFacts());
        shapes.add(connection, table.name(), structure, table.key(), publication.get());
        changed.add(applied(table, Optional.empty(), Lsn.ZERO));
    }

    private static AppliedTable applied(CommandTable table, Optional<VisibleSnapshot> visible, Lsn applyAfter) {
        return new AppliedTable(table.name(), table.key().orElse(List.of()), visible, Optional.empty(), applyAfter);
    }

    /**
     * Passes a command that the schema objects have as they were read; returns the settings of tables that are not the task's any more, of
     * which rows may follow all the same.
     */
    List<AppliedTable> pass(Connection connection, RecordedCommand command) throws SQLException {
        List<AppliedTable> passed = new ArrayList<>();
        for (CommandTable table : command.tables()) {
            TableName name = table.name();
            boolean selected = table.root().isEmpty() && objects.selects(name.schema(), name.table());
            if (selected && shapes.named(connection, name).isEmpty()) {
                shapes.pass(connection, name);
                passed.add(left(name));
            }
        }
        return passed;
    }
}
