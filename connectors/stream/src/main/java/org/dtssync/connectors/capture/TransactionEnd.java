package org.dtssync.connectors.capture;

import org.dtssync.connectors.postgres.Lsn;

/**
 * The commit of a transaction that has changes.
 *
 * @param lsn the end of the commit record: where the next transaction may begin
 * @param commitTimeMillis when it was committed, in milliseconds since 1970
 */
public record TransactionEnd(Lsn lsn, long commitTimeMillis) implements SourceEvent {}
