package org.dtssync.connectors.capture;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The structure in which a transaction's records of a table arrived, noted once each time the server announced it: at the
 * first change of a session, and at the first change after anything altered the table.
 *
 * @param table the table as it is captured
 * @param difference how the columns differ from the captured ones, in words that follow "it"; empty if they do not
 * @param keyed whether the columns of the key are all there
 */
record SeenStructure(CapturedTable table, Optional<String> difference, boolean keyed) {

    /** Returns whether a transaction that committed at a position may have this structure. */
    boolean isAllowed(Lsn commit) {
        if (difference.isEmpty() || isIgnored(commit)) {
            return true;
        }
        return keyed && table.earlier().until().reached(commit);
    }

    /** Returns whether what committed at a position is not applied anyway. */
    boolean isIgnored(Lsn commit) {
        return table.earlier().ignoredUntil().reached(commit);
    }
}
