package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.connectors.fault.Failpoint;
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
        try (Connection source = from.open();
                Connection destination = to.open()) {
            Sessions.replicaWhereAllowed(destination);
            destination.setAutoCommit(false);
            epoch.hold(destination);
            LoadedTable there = new LoadedTables(destination).shape(name);
            // It may have to wait for a lock: writers at the other end should not wait as well.
            new TableEmptier(destination).empty(List.of(name));
            LoadedTable here = new LoadedTables(source).shape(name);
            LOG.info("Loading a table, whose writers wait until it is done. task={} table={}", epoch.task(), name);
            lock(source, here);
            CopyFormat format = here.formatFor(there);
            CopyPipe.Carried copied = new CopyPipe((loaded, rows, bytes) -> {}, new RowPace(() -> 0))
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
            throw SqlFaults.explain("Table " + name + " could not be loaded from the " + from.role(), e);
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
