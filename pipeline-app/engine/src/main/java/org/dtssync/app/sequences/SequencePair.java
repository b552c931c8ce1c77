package org.dtssync.app.sequences;

import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;

/**
 * A sequence of the database whose values count, and the one of the same name in the other database. Immutable.
 *
 * @param here the one whose values count
 * @param there the other one; empty if there is none
 * @param ofColumn the sequence there that belongs to the same column under another name; empty if there is none
 */
public record SequencePair(Sequence here, Optional<Sequence> there, Optional<Sequence> ofColumn) {

    /** Returns their name. */
    public TableName name() {
        return here.name();
    }
}
