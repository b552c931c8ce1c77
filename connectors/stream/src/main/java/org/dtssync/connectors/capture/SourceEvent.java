package org.dtssync.connectors.capture;

/** What a {@link ChangeSource} hands over. Transactions come one after the other: changes, then the end. */
public sealed interface SourceEvent permits RowChange, TransactionEnd {}
