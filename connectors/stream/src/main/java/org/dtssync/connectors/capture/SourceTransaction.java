package org.dtssync.connectors.capture;

import java.util.List;
import org.dtssync.connectors.postgres.Lsn;

/**
 * One committed source transaction, or the last piece of one that was sent in several.
 *
 * @param lsn end of its commit record
 * @param commitTimeMicros when it committed, microseconds since 1970 UTC
 * @param changes its changes in order
 * @param firstNumber number of the first change within the transaction, from 1
 * @param structures the tables that were announced in it
 * @param commands whether it has commands that change the structure
 */
record SourceTransaction(
        Lsn lsn,
        long commitTimeMicros,
        List<EncodedChange> changes,
        long firstNumber,
        List<SeenShape> structures,
        boolean commands) {}
