package org.dtssync.app.base;

/**
 * A table that is written.
 *
 * @param cut what its rows are exact at
 * @param table the table
 */
record FinishedTable(BaseCut cut, BaseTable table) {}
