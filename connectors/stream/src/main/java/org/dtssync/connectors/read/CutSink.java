package org.dtssync.connectors.read;

import java.util.Optional;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** Decides, for each table that a cut touches, where its changes go. */
@FunctionalInterface
public interface CutSink {

    /**
     * Called once for each table of a cut before any change of the cut is read.
     *
     * @param table the table
     * @param end where the cut ends in the source's log
     * @return what takes the table's changes; empty if none are wanted, and then the table's topic is not read for this cut and need
     *     not exist any more
     */
    Optional<ChangeSink> open(TableName table, Lsn end);
}
