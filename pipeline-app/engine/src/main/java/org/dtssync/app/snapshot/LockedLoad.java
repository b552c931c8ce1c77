package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SourceWal;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads one published table as a whole, for a direction that is past its load, such as the one back after a switchover. Writers of the table wait
 * meanwhile, so everything that committed before a known position is in the copy, and nothing else: the stream continues there, and the table
 * is exact at once. The rows and the record of that position are one transaction; killed at any moment, the load is repeated.
 *
 * <p>Used by one thread.
 */
public final class LockedLoad {

    private static final Logger LOG = LoggerFactory.getLogger(LockedLoad.class);

    private final DatabaseConnections from;
    private final DatabaseConnections to;
    private final Epoch epoch;

    /**
     * Creates a load; opens nothing yet.
     *
     * @param from the database that has the rows
     * @param to the database that gets them
     * @param epoch the right to write there
     */
    public LockedLoad(DatabaseConnections from, DatabaseConnections to, Epoch epoch) {
        this.from = from;
        this.to = to;
        this.epoch = epoch;
    }

    /**
     * Replaces the table's rows, and records that it is followed from here on.
     *
     * @param table the table, which is published
     * @param structure the shape that it is captured with from now on
     * @throws SyncException that names the table
     */
    public void load(TableProgress table, String structure) throws InterruptedException {
        TableName name = table.table();
        boolean waited = false;
        try (Connection source = from.open();
                Connection destination = to.open()) {
            Sessions.replicaWhereAllowed(destination);
            limitWaits(destination);
            destination.setAutoCommit(false);
            epoch.hold(destination);
            LoadedTable there = shape(destination, to, name);
            // It may have to wait for a lock: writers at the other end should not wait as well.
            new TableEmptier(destination, to.role()).empty(List.of(name));
            LoadedTable here = shape(source, from, name);
            LOG.info("Loading a table, whose writers wait until it is done. task={} table={}", epoch.task(), name);
            lock(source, here);
            requireUnchanged(name, structure);
            waited = true;
            CopyFormat format = here.formatFor(there);
            CopyPipe.Carried copied = new CopyPipe(
                            from.role(), to.role(), (loaded, rows, bytes) -> {}, new RowPace(() -> 0))
                    .copy(
                            name,
                            source,
                            "COPY (SELECT " + here.columnsSql() + " FROM " + here.sql() + ") TO STDOUT" + format.sql(),
                            destination,
                            "COPY " + name.sql() + " (" + here.columnsSql() + ") FROM STDIN" + format.sql());
            // Read while writers still wait: whatever commits later is behind it.
            Lsn position = SourceWal.endTransaction(source);
            SourceWal.awaitFlushed(source, position);
            new ShapeRecords(to, epoch.task()).loaded(destination, table, structure, copied.rows(), position);
            Failpoint.SNAPSHOT_TABLE_LOADED.reached();
            destination.commit();
            LOG.info("Table loaded. task={} table={} rows={} lsn={}", epoch.task(), name, copied.rows(), position);
        } catch (SQLException e) {
            throw ended(
                    name,
                    waited,
                    SqlFaults.explain("Table " + name + " could not be loaded from the " + from.role(), e));
        } catch (SyncException e) {
            throw ended(name, waited, e);
        }
    }

    private static LoadedTable shape(Connection connection, DatabaseConnections database, TableName table)
            throws SQLException {
        LoadedTable shape = new LoadedTables(connection).known(List.of(table)).get(table);
        if (shape == null) {
            throw new SyncException(
                    FaultKind.SHAPE_CHANGED,
                    "Table " + table + " does not exist at the " + database.role() + ".",
                    "Create it there, then run again.");
        }
        return shape;
    }

    /** Each attempt makes applications wait: whether there is another one is for a person to decide. */
    private static SyncException ended(TableName table, boolean waited, SyncException fault) {
        return !waited || fault.kind().retry() == FaultKind.Retry.NEVER
                ? fault
                : new SyncException(
                        FaultKind.DATA,
                        fault.what(),
                        "Its writers no longer wait. Run with --resnapshot " + table + " again once the cause is gone.",
                        fault);
    }

    /** Readers at the other end queue behind a session that waits for its lock. */
    private static void limitWaits(Connection destination) throws SQLException {
        try (Statement statement = destination.createStatement()) {
            statement.execute("SET lock_timeout = '10s'");
        }
    }

    /** The position of this load is behind the lock: a change before it would be in neither the copy nor the stream. */
    private void requireUnchanged(TableName table, String structure) {
        Map<TableName, String> now = new ShapeFingerprint(from).read(List.of(table));
        if (!ShapeFingerprint.changes(Map.of(table, structure), now).isEmpty()) {
            throw new SyncException(
                    FaultKind.TRANSIENT,
                    "Table " + table + " changed at the " + from.role() + " right before it was loaded.",
                    "");
        }
    }

    /** The snapshot of the copy is taken by the statement behind the lock, and sees everything that committed before it. */
    private static void lock(Connection source, LoadedTable table) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '10s'; LOCK TABLE "
                    + table.sql() + " IN SHARE MODE");
        }
    }
}
