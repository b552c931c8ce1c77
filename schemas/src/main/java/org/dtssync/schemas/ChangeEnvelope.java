package org.dtssync.schemas;

/**
 * Names and letters inside the records of a table's topic: Debezium's envelope, as far as both sides depend on it.
 *
 * <p>Readers other than dts-sync know them too, so none of them ever changes.
 */
public final class ChangeEnvelope {

    /** Field: the row before the change, or the part of it that identifies it; null where there is none. */
    public static final String BEFORE = "before";

    /** Field: the row after the change; null where there is none. */
    public static final String AFTER = "after";

    /** Field: where the change comes from. */
    public static final String SOURCE = "source";

    /** Field within {@link #SOURCE}: the low 32 bits of the source transaction's identifier. */
    public static final String TRANSACTION = "txId";

    /** Field within {@link #SOURCE}: when the source transaction committed, microseconds since 1970 UTC. */
    public static final String COMMIT_TIME = "ts_us";

    /** Field: where the change is in its source transaction; null unless the task file asks for it. */
    public static final String ORDER = "transaction";

    /** Field: what was done, one of the letters below. */
    public static final String OPERATION = "op";

    /** Operation: a row was inserted, or got the key it has. */
    public static final String CREATE = "c";

    /** Operation: a row was read from a table rather than from the log; it counts as inserted. */
    public static final String READ = "r";

    /** Operation: a row was updated under its key. */
    public static final String UPDATE = "u";

    /** Operation: a row was deleted, or left the key it had. */
    public static final String DELETE = "d";

    /** Operation: all rows were removed. */
    public static final String TRUNCATE = "t";

    /** Schema parameter of a row's field: the name of the column's PostgreSQL type. */
    public static final String TYPE_PARAMETER = "postgresql.type";

    private ChangeEnvelope() {}
}
