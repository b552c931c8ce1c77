package org.dtssync.app.snapshot;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.dtssync.app.catalog.CatalogTable;
import org.dtssync.app.catalog.CatalogTable.Kind;
import org.dtssync.app.catalog.TableCatalog;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.ObjectSelection.Unlogged;
import org.dtssync.app.runtime.RowPace;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that no stream contains: those of unlogged tables, if the task copies them, and those of tables that have no column whose values
 * are sent. They are replaced as a whole, at the end of the load and at each switch. Of a table of the second kind all rows are the same,
 * since its generated columns can use no other column: their number is all there is to copy.
 *
 * <p>Safe to repeat. Used by one thread.
 */
public final class UnsentTables {

    private static final Logger LOG = LoggerFactory.getLogger(UnsentTables.class);

    private final DatabaseConnections from;
    private final DatabaseConnections to;
    private final Epoch epoch;
    private final RowPace pace;

    /**
     * Creates a copy; opens nothing yet.
     *
     * @param from the database that has the rows
     * @param to the database that gets them
     * @param epoch the right to write there
     * @param limit rows per second, 0 for no limit
     */
    public UnsentTables(DatabaseConnections from, DatabaseConnections to, Epoch epoch, LongSupplier limit) {
        this.from = from;
        this.to = to;
        this.epoch = epoch;
        this.pace = new RowPace(limit);
    }

    /** Returns whether the rows of a table are copied this way. */
    public static boolean isUnsent(CatalogTable table, ObjectSelection selection) {
        if (table.isPartition() || table.kind() == Kind.FOREIGN) {
            return false;
        }
        return switch (table.persistence()) {
            case PERMANENT -> !table.replicated();
            case UNLOGGED -> selection.unlogged() == Unlogged.COPY;
            case TEMPORARY -> false;
        };
    }

    /** Returns the selected tables of a database whose rows are copied this way. */
    public static List<TableName> of(DatabaseConnections database, ObjectSelection selection) {
        try (Connection connection = database.open()) {
            return new TableCatalog(selection)
                    .read(connection).stream()
                            .filter(table -> isUnsent(table, selection))
                            .map(CatalogTable::name)
                            .toList();
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables of the " + database.role() + " could not be listed", e);
        }
    }

    /**
     * Makes the rows of each table the same, one transaction per table. One that the other database does not have is left out: whether it
     * is missed is for others to say.
     *
     * @throws SyncException that names the table
     */
    public void copy(List<TableName> tables) throws InterruptedException {
        for (TableName table : tables) {
            long rows = copy(table);
            LOG.info("Rows that are not streamed were copied. task={} table={} rows={}", epoch.task(), table, rows);
        }
    }

    private long copy(TableName table) throws InterruptedException {
        try (Connection source = from.open();
                Connection destination = to.open()) {
            Sessions.replicaWhereAllowed(destination);
            destination.setAutoCommit(false);
            epoch.hold(destination);
            Map<TableName, LoadedTable> known = new LoadedTables(destination).known(List.of(table));
            LoadedTable there = known.get(table);
            if (there == null) {
                return 0;
            }
            LoadedTable here = new LoadedTables(source).shape(table);
            long rows = here.columns().isEmpty()
                    ? copyNumber(source, here, destination, there)
                    : copyRows(source, here, destination, here.formatFor(there));
            destination.commit();
            return rows;
        } catch (SQLException e) {
            throw SqlFaults.explain("The rows of table " + table + " could not be copied to the " + to.role(), e);
        }
    }

    private long copyRows(Connection source, LoadedTable table, Connection destination, CopyFormat format)
            throws SQLException, InterruptedException {
        new TableEmptier(destination, to.role()).empty(List.of(table.table()));
        return new CopyPipe(from.role(), to.role(), (name, rows, bytes) -> {}, pace)
                .copy(
                        table.table(),
                        source,
                        "COPY (SELECT " + table.columnsSql() + " FROM " + table.sql() + ") TO STDOUT" + format.sql(),
                        destination,
                        "COPY " + table.table().sql() + " (" + table.columnsSql() + ") FROM STDIN" + format.sql())
                .rows();
    }

    private long copyNumber(Connection source, LoadedTable here, Connection destination, LoadedTable there)
            throws SQLException {
        long wanted = count(source, here);
        long found = count(destination, there);
        if (found > wanted) {
            new TableEmptier(destination, to.role()).empty(List.of(there.table()));
            found = 0;
        }
        if (found < wanted) {
            try (Statement statement = destination.createStatement()) {
                statement.executeUpdate("INSERT INTO " + there.table().sql() + " SELECT FROM generate_series(1, "
                        + (wanted - found) + "::bigint)");
            }
        }
        return wanted;
    }

    private static long count(Connection connection, LoadedTable table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table.sql())) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
