package org.dtssync.schemas;

/** Headers of the records in a table's topic. */
public final class ChangeHeaders {

    /** Number of the change within its source transaction, from 1, as decimal text. */
    public static final String NUMBER = "dts.number";

    /**
     * End of the source transaction's commit record, an LSN as text. Absent from the pieces of a transaction that was too large
     * for one Kafka transaction; their cut contains it.
     */
    public static final String COMMIT_LSN = "dts.commit_lsn";

    /**
     * Names of the columns that the source did not send since they did not change (TOAST), escaped as in the record and
     * separated by commas. Absent if all were sent. The values of these columns have no meaning.
     */
    public static final String UNCHANGED = "dts.unchanged";

    /** The serialized previous key of the row, if a change modified it. */
    public static final String OLD_KEY = "dts.old_key";

    private ChangeHeaders() {}
}
