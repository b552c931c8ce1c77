package org.dtssync.connectors.capture;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The shape in which a transaction's records of a table arrived, recorded each time the server announced it: at the
 * first change of a session, and at the first change after anything altered the table.
 *
 * @param table the table as it is captured
 * @param difference how the columns differ from the captured ones, as a phrase that follows "it"; empty if they do not
 * @param keyed whether all key columns exist
 */
record SeenShape(CapturedTable table, Optional<String> difference, boolean keyed) {

    /** Returns whether a transaction that committed at a position may have this shape. */
    boolean isAllowed(Lsn commit) {
        if (difference.isEmpty() || isIgnored(commit)) {
            return true;
        }
        return keyed && table.earlier().until().reached(commit);
    }

    /** Returns whether changes that committed at a position are not applied anyway. */
    boolean isIgnored(Lsn commit) {
        return table.earlier().ignoredUntil().reached(commit);
    }
}
