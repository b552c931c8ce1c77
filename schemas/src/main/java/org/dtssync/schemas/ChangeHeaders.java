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

    /**
     * Begins the name of a header that has the exact text of a value of {@code after}, and of the key, which the column's schema
     * cannot hold; the column's name follows, escaped as in the record. The value in the record is then only something like it.
     */
    public static final String TEXT = "dts.text.";

    /** The same for a value of {@code before}; of a deleted row also for the key. */
    public static final String TEXT_BEFORE = "dts.text_before.";

    /** The same for the key in {@link #OLD_KEY}. */
    public static final String TEXT_OLD_KEY = "dts.text_old_key.";

    /**
     * Says, with any value, that {@code before} has nothing but the key: other columns that cannot be null have zero, or an empty
     * text, as Debezium writes it.
     */
    public static final String KEY_ALONE = "dts.key_alone";

    private ChangeHeaders() {}
}
