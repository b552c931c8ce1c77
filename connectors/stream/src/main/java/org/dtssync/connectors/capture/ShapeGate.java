package org.dtssync.connectors.capture;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;

/**
 * Keeps transactions with a shape that was not accepted out of the cuts.
 *
 * <p>The server announces a table again before its first change after any alteration, within the transaction that makes that
 * change. The announced columns are compared with the captured ones; what they do not show (a rewritten table, another
 * key, an attached partition) the catalog shows, which is queried after the transaction has committed and before its cut is
 * written. Not thread-safe.
 */
final class ShapeGate {

    private final ChangedShapes check;
    private final End side;

    /**
     * Creates one.
     *
     * @param check compares the catalog with the recorded shapes
     * @param side the database that is captured: in reverse replication the destination
     */
    ShapeGate(ChangedShapes check, End side) {
        this.check = check;
        this.side = side;
    }

    /**
     * A transaction that must not be in a cut.
     *
     * @param index its place in the list
     * @param fault the reason to stop once the transactions before it are written
     */
    record Violation(int index, SyncException fault) {}

    /** Returns the first transaction that must not be sent; null if all may. */
    @Nullable
    Violation first(List<SourceTransaction> transactions) {
        Set<TableName> announced = new HashSet<>();
        for (SourceTransaction transaction : transactions) {
            for (SeenShape seen : transaction.structures()) {
                if (seen.difference().isEmpty() && !seen.isIgnored(transaction.lsn())) {
                    announced.add(seen.table().table());
                }
            }
        }
        Set<TableName> changed = announced.isEmpty() ? Set.of() : check.changed(announced);
        for (int i = 0; i < transactions.size(); i++) {
            SourceTransaction transaction = transactions.get(i);
            for (SeenShape seen : transaction.structures()) {
                boolean unseen = seen.difference().isEmpty()
                        && !seen.isIgnored(transaction.lsn())
                        && changed.contains(seen.table().table());
                if (unseen || !seen.isAllowed(transaction.lsn())) {
                    return new Violation(i, fault(seen));
                }
            }
        }
        return null;
    }

    private SyncException fault(SeenShape seen) {
        TableName table = seen.table().table();
        return new SyncException(
                FaultKind.SHAPE_CHANGED,
                "The shape of table " + table + " changed at the " + side
                        + seen.difference().map(how -> ": it " + how).orElse("") + ".",
                "Make the same change at the " + (side == End.SOURCE ? End.DESTINATION : End.SOURCE)
                        + ", then run with --accept-structure " + table + "; or with --resnapshot " + table
                        + " where existing rows changed.");
    }
}
