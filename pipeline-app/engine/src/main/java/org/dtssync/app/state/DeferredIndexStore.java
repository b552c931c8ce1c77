package org.dtssync.app.state;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;

/** The indexes of a task that wait to be built, kept in {@code dts_sync.deferred_index}. Thread-safe. */
public final class DeferredIndexStore {

    private static final String ONE = " WHERE task = ? AND commit_lsn = ?::pg_lsn AND ordinal = ?";

    private final StateTransactions transactions;
    private final String task;

    /** Creates a store of one task; opens nothing yet. */
    public DeferredIndexStore(DatabaseConnections destination, String task) {
        this.transactions = new StateTransactions(destination);
        this.task = task;
    }

    /** Records that an index is built later. Joins the connection's transaction, which holds the epoch and passes the command. */
    public void defer(Connection connection, DeferredIndex index) throws SQLException {
        Statements.update(
                connection,
                """
                INSERT INTO dts_sync.deferred_index
                    (task, commit_lsn, ordinal, index_oid, table_oid, schema_name, index_name, table_name, statement)
                VALUES (?, ?::pg_lsn, ?, ?, ?, ?, ?, ?, ?)
                """,
                task,
                index.number().commit().toString(),
                index.number().ordinal(),
                index.indexOid(),
                index.tableOid(),
                index.index().schema(),
                index.index().table(),
                index.table(),
                index.statement());
    }

    /** Returns those that are not built, in the order of their commands; none if the state is from before there were any. */
    public List<DeferredIndex> list() {
        return transactions.read(failure(), this::list);
    }

    /** Returns the same. Joins the connection's transaction. */
    public List<DeferredIndex> list(Connection connection) throws SQLException {
        return Statements.isThere(connection, "dts_sync.deferred_index")
                ? Statements.list(connection, """
                        SELECT commit_lsn::text, ordinal, index_oid, table_oid, schema_name, index_name, table_name, statement, error,
                               deferred_at, started_at
                        FROM dts_sync.deferred_index WHERE task = ? ORDER BY commit_lsn, ordinal
                        """, DeferredIndexStore::stored, task)
                : List.of();
    }

    /** Records that one is about to be built, in a transaction of its own. */
    public void started(DeferredIndex index, Epoch epoch) {
        transactions.write(
                failure(),
                epoch,
                connection -> update(connection, "SET started_at = clock_timestamp(), error = NULL", index.number()));
    }

    /** Records why one could not be built, in a transaction of its own. */
    public void failed(DeferredIndex index, String error, Epoch epoch) {
        transactions.write(
                failure(),
                epoch,
                connection -> Statements.update(
                        connection,
                        "UPDATE dts_sync.deferred_index SET error = ?" + ONE,
                        error,
                        task,
                        index.number().commit().toString(),
                        index.number().ordinal()));
    }

    /** Records that one is there, in a transaction of its own. */
    public void built(DeferredIndex index, Epoch epoch) {
        transactions.write(failure(), epoch, connection -> remove(connection, index.number()));
    }

    /** Forgets one that is there, or is not to be built. Joins the connection's transaction. Returns whether there was one. */
    public boolean remove(Connection connection, DdlNumber number) throws SQLException {
        return Statements.isThere(connection, "dts_sync.deferred_index")
                && Statements.update(
                                connection,
                                "DELETE FROM dts_sync.deferred_index" + ONE,
                                task,
                                number.commit().toString(),
                                number.ordinal())
                        == 1;
    }

    private void update(Connection connection, String set, DdlNumber number) throws SQLException {
        Statements.update(
                connection,
                "UPDATE dts_sync.deferred_index " + set + ONE,
                task,
                number.commit().toString(),
                number.ordinal());
    }

    private static DeferredIndex stored(ResultSet row) throws SQLException {
        return new DeferredIndex(
                new DdlNumber(Lsn.parse(row.getString(1)), row.getInt(2)),
                row.getString(3),
                row.getString(4),
                new TableName(row.getString(5), row.getString(6)),
                row.getString(7),
                row.getString(8),
                Optional.ofNullable(row.getString(9)),
                row.getObject(10, OffsetDateTime.class).toInstant(),
                Optional.ofNullable(row.getObject(11, OffsetDateTime.class)).map(OffsetDateTime::toInstant));
    }

    private String failure() {
        return "The indexes of task " + task + " that wait to be built could not be read or recorded";
    }
}
