package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.catalog.TableShape;
import org.dtssync.app.ddl.CarriedDdl;
import org.dtssync.app.ddl.DeferrableIndex;
import org.dtssync.app.ddl.RecordedCommand;
import org.dtssync.app.state.CarriedShapes.Known;
import org.dtssync.app.state.DdlNumber;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Indexes that the commands of one source transaction make and that are built later, and those of earlier ones that its commands may
 * need. Not thread-safe.
 *
 * @param connection a session in the transaction that runs the commands
 * @param commit where it committed
 * @param carried its commands
 * @param structure the task's tables
 * @param store the indexes that wait
 * @param rules whether indexes are deferred, and what is awaited
 */
record IndexDeferral(
        Connection connection,
        Lsn commit,
        CarriedDdl carried,
        CarriedStructure structure,
        DeferredIndexStore store,
        Rules rules) {

    /**
     * What holds for every transaction.
     *
     * @param defers whether indexes are built later
     * @param awaited takes the index that a command waits for
     */
    record Rules(boolean defers, AtomicReference<@Nullable DeferredIndex> awaited) {}

    /**
     * Has every index built that a command may need: one of the same transaction at once, since nobody else sees its table yet.
     *
     * @throws SyncException of kind SHAPE_CHANGED if one of an earlier transaction is missing; the caller rolls back, and holds nothing
     *     that its builder could wait for
     */
    void before(RecordedCommand command) throws SQLException {
        if (planned(command).isPresent()) {
            return;
        }
        for (DeferredIndex index : store.list(connection)) {
            if (!DeferrableIndex.mayBeNeededBy(
                    command,
                    carried.text(command),
                    index.indexOid(),
                    index.tableOid(),
                    List.of(index.index().table(), index.table()))) {
                continue;
            }
            if (index.number().commit().equals(commit)) {
                build(index);
            } else {
                throw missing(index);
            }
        }
    }

    private void build(DeferredIndex index) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(index.statement());
        }
        store.remove(connection, index.number());
    }

    private SyncException missing(DeferredIndex index) {
        String what = "Command " + new DdlNumber(commit, carried.ordinal()) + " may need index " + index.index();
        if (index.error().isPresent()) {
            return new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    what + ", which could not be built: " + index.error().get() + ".",
                    "Build it at the " + structure.follower() + " (dts-sync ddl show TASK.yaml " + index.number()
                            + "), or leave it out with dts-sync ddl skip TASK.yaml " + index.number()
                            + ", then run again.");
        }
        rules.awaited().set(index);
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                what + ", which is still being built.",
                "Wait until dts-sync status shows it no more.");
    }

    /** Records the index of a command instead of building it, if it can be built later; returns its statement. */
    Optional<String> defer(RecordedCommand command, DdlNumber number) throws SQLException {
        Optional<DeferrableIndex> planned = planned(command);
        if (planned.isEmpty()) {
            return Optional.empty();
        }
        DeferrableIndex index = planned.get();
        Optional<Known> table = structure.shapes().named(connection, index.table());
        // Only of tables that the task has by this name, which partitions are not, are later commands recognized by its
        // identifier.
        if (table.isEmpty() || table.get().isSetAside()) {
            return Optional.empty();
        }
        store.defer(
                connection,
                DeferredIndex.of(
                        number,
                        index.oid(),
                        TableShape.parse(table.get().structure()).oid(),
                        index.index(),
                        index.table().table(),
                        index.sql()));
        return Optional.of(index.sql());
    }

    private Optional<DeferrableIndex> planned(RecordedCommand command) {
        return rules.defers() ? carried.deferrable(command) : Optional.empty();
    }
}
