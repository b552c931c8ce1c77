package org.dtssync.app.base;

import org.dtssync.connectors.postgres.TableName;

/** Notified of what is done to a base, by several threads: return quickly. */
public interface BaseListener {

    /** Ignores everything. */
    BaseListener NONE = new BaseListener() {};

    /**
     * Reading begins, once for each snapshot.
     *
     * @param cut what the rows are exact at
     * @param tables how many tables are to be read
     * @param kept how many are kept from an interrupted attempt
     */
    default void begun(BaseCut cut, int tables, int kept) {}

    /** Rows were written, or loaded. */
    default void rows(TableName table, long rows, long bytes) {}

    /** All rows of a table are done. */
    default void table(TableName table, long rows) {}

    /** A table was emptied or rewritten between the snapshot and its turn, so another snapshot follows. */
    default void moved(TableName table) {}

    /** The base is complete, but the destination could not take it into the list of bases. */
    default void notRecorded(String why) {}

    /** An older base was deleted. */
    default void deleted(java.nio.file.Path directory) {}

    /** The files are read again, to check them. */
    default void checking() {}
}
