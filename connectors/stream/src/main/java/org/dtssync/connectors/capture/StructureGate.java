package org.dtssync.connectors.capture;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;

/**
 * Lets no transaction into a cut that was written under a structure nobody accepted.
 *
 * <p>The server announces a table anew before its first change after any alteration, within the transaction that makes that
 * change. The columns announced are compared with the captured ones; whatever they do not show (a rewritten table, another
 * key, an attached partition) the catalog shows, which is asked after the transaction has committed and before its cut is
 * written. Not thread-safe.
 */
final class StructureGate {

    private final StructureCheck check;

    StructureGate(StructureCheck check) {
        this.check = check;
    }

    /**
     * A transaction that must not be in a cut.
     *
     * @param index its place in the list
     * @param fault what to stop for once the transactions before it are written
     */
    record Violation(int index, SyncException fault) {}

    /** Returns the first transaction that must not go out; null if all may. */
    Violation first(List<SourceTransaction> transactions) {
        Set<TableName> announced = new HashSet<>();
        for (SourceTransaction transaction : transactions) {
            for (SeenStructure seen : transaction.structures()) {
                if (seen.difference().isEmpty() && !seen.isIgnored(transaction.lsn())) {
                    announced.add(seen.table().table());
                }
            }
        }
        Set<TableName> changed = announced.isEmpty() ? Set.of() : check.changed(announced);
        for (int i = 0; i < transactions.size(); i++) {
            SourceTransaction transaction = transactions.get(i);
            for (SeenStructure seen : transaction.structures()) {
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

    private static SyncException fault(SeenStructure seen) {
        TableName table = seen.table().table();
        return new SyncException(
                FaultKind.STRUCTURE_CHANGED,
                "The structure of table " + table + " changed at the source"
                        + seen.difference().map(how -> ": it " + how).orElse("") + ".",
                "Make the same change at the destination, then run with --accept-structure " + table
                        + "; or with --resnapshot " + table + " where existing rows changed.");
    }
}
