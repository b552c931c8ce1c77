package org.dtssync.connectors.capture;

import java.util.OptionalLong;
import org.dtssync.connectors.postgres.Lsn;

/**
 * The commit of a transaction that has changes.
 *
 * @param lsn the end of the commit record: where the next transaction may begin
 * @param commitTimeMillis when it was committed, in milliseconds since 1970
 * @param changes how many {@link RowChange}s came before it in its transaction; empty if the source does not count them
 */
public record TransactionEnd(Lsn lsn, long commitTimeMillis, OptionalLong changes) implements SourceEvent {

    /** The end of a transaction whose changes were not counted. */
    public TransactionEnd(Lsn lsn, long commitTimeMillis) {
        this(lsn, commitTimeMillis, OptionalLong.empty());
    }
}
