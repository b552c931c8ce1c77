package org.dtssync.app.structure;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;

/**
 * What makes a loaded destination ready for use: statistics for the planner, and the rows of materialized views.
 *
 * <p>Safe to run again; it does all of it again. Not thread-safe.
 */
public final class StructureFinisher {

    /** Populated materialized views, those first that others read, directly or through views. */
    private static final String MATERIALIZED_VIEWS = """
            WITH RECURSIVE reads AS (
                SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read
                FROM pg_rewrite r
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
                JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
                WHERE r.rulename = '_RETURN'
            ), depth AS (
                SELECT oid AS view, 0 AS level FROM pg_class WHERE relkind IN ('v', 'm')
                UNION
                SELECT reads.reader, depth.level + 1 FROM depth JOIN reads ON reads.read = depth.view
            )
            SELECT n.nspname, c.relname
            FROM depth
            JOIN pg_class c ON c.oid = depth.view
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm' AND c.relispopulated
            GROUP BY n.nspname, c.relname
            ORDER BY max(depth.level), n.nspname, c.relname
            """;

    private final DatabaseConnections source;
    private final DatabaseConnections destination;
    private final ObjectSelection selection;
    private final Epoch epoch;

    /** Creates a finisher; opens nothing yet. */
    public StructureFinisher(
            DatabaseConnections source, DatabaseConnections destination, ObjectSelection selection, Epoch epoch) {
        this.source = source;
        this.destination = destination;
        this.selection = selection;
        this.epoch = epoch;
    }

    /**
     * Runs ANALYZE on every selected table.
     *
     * @param listener is told of each table that is done
     */
    public void analyze(Consumer<TableName> listener) {
        try (Connection connection = destination.open();
                Statement settings = connection.createStatement()) {
            // Thousands of tables, each a commit; the next phase's begin is a commit that is waited for.
            settings.execute("SET synchronous_commit = off");
            connection.setAutoCommit(false);
            Set<TableName> roots = CarriedTables.read(connection, selection).roots();
            connection.rollback();
            for (TableName table : roots) {
                run(connection, "ANALYZE " + table.sql());
                listener.accept(table);
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables of the destination could not be analyzed", e);
        }
    }

    /**
     * Fills the materialized views that are filled at the source and exist at the destination, each after those it reads.
     *
     * @param listener is told of each view that is done
     */
    public void refresh(Consumer<TableName> listener) {
        List<TableName> views = populated();
        try (Connection connection = destination.open()) {
            connection.setAutoCommit(false);
            Set<TableName> existing = existing(connection, views);
            connection.rollback();
            for (TableName view : views) {
                if (existing.contains(view)) {
                    run(connection, "REFRESH MATERIALIZED VIEW " + view.sql());
                    listener.accept(view);
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The materialized views of the destination could not be refreshed", e);
        }
    }

    private List<TableName> populated() {
        List<TableName> views = new ArrayList<>();
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(MATERIALIZED_VIEWS)) {
            while (rows.next()) {
                TableName view = new TableName(rows.getString(1), rows.getString(2));
                if (selection.touchesSchema(view.schema()) && !selection.excludes(view.schema(), view.table())) {
                    views.add(view);
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The materialized views of the source could not be read", e);
        }
        return views;
    }

    private static Set<TableName> existing(Connection connection, List<TableName> views) throws SQLException {
        Set<TableName> found = new LinkedHashSet<>();
        Array names = connection.createArrayOf(
                "text", views.stream().map(TableName::sql).toArray());
        try (var statement = connection.prepareStatement("""
                SELECT n.nspname, c.relname FROM unnest(?::text[]) AS name
                JOIN pg_class c ON c.oid = to_regclass(name) AND c.relkind = 'm'
                JOIN pg_namespace n ON n.oid = c.relnamespace
                """)) {
            statement.setArray(1, names);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(new TableName(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return found;
    }

    private void run(Connection connection, String sql) throws SQLException {
        epoch.hold(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlFaults.explain(sql + " failed at the destination", e);
        }
        connection.commit();
    }
}
