package org.dtssync.app.structure;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.state.ObjectState;
import org.dtssync.app.state.StoredObject;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a loaded destination ready for use: statistics for the planner, and the rows of materialized views.
 *
 * <p>Safe to run again; it repeats everything. Not thread-safe.
 */
public final class StructureFinisher {

    private static final Logger LOG = LoggerFactory.getLogger(StructureFinisher.class);

    /**
     * Populated materialized views, those first that others read, directly or through views: one that reads a view reaches all that this
     * view reaches, and the view itself. Counting what is reached ends where plain views read each other in a circle, counting steps does not.
     */
    private static final String MATERIALIZED_VIEWS = """
            WITH RECURSIVE reads AS (
                SELECT DISTINCT r.ev_class AS reader, d.refobjid AS read
                FROM pg_rewrite r
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
                JOIN pg_class c ON c.oid = d.refobjid AND c.relkind IN ('v', 'm')
                WHERE r.rulename = '_RETURN'
            ), below AS (
                SELECT c.oid AS view, reads.read FROM pg_class c JOIN reads ON reads.reader = c.oid
                WHERE c.relkind = 'm' AND c.relispopulated
                UNION
                SELECT below.view, reads.read FROM below JOIN reads ON reads.reader = below.read
            )
            SELECT n.nspname, c.relname,
                   EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                           AND d.refclassid = 'pg_proc'::regclass WHERE r.ev_class = c.oid) AS hidden
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm' AND c.relispopulated
            ORDER BY (SELECT count(*) FROM below WHERE below.view = c.oid), n.nspname, c.relname
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
     * @param workers how many connections do it
     * @param listener notified of each finished table, by several threads
     */
    public void analyze(int workers, Consumer<TableName> listener) {
        new TableAnalysis(destination, epoch, listener).run(selection, workers);
    }

    /**
     * A materialized view that is populated at the source.
     *
     * @param name its name
     * @param callsFunctions whether it calls functions, which may read other views without the catalog saying so
     */
    private record Filled(TableName name, boolean callsFunctions) {}

    /**
     * Refreshes the materialized views that are populated at the source and exist at the destination, each after those it reads. What a
     * function reads is found by trying. A view that cannot be filled is recorded, and holds nothing up.
     *
     * @param store the task's list, if it is kept at this destination: what it skips is left out
     * @param listener notified of each finished view
     */
    public void refresh(Optional<StructureObjectStore> store, Consumer<TableName> listener) {
        Map<String, StoredObject> known = new HashMap<>();
        store.ifPresent(
                list -> list.list().forEach(stored -> known.put(stored.object().name(), stored)));
        List<Filled> views = populated();
        try (Connection connection = destination.open()) {
            connection.setAutoCommit(false);
            Set<TableName> existing =
                    existing(connection, views.stream().map(Filled::name).toList());
            connection.rollback();
            List<Filled> waiting = views.stream()
                    .filter(view -> existing.contains(view.name()))
                    .filter(view -> !isSkipped(known.get(objectName(view.name()))))
                    .toList();
            Map<TableName, String> refused = tryAll(connection, waiting, known);
            // They may have read what was refreshed after them.
            tryAll(
                    connection,
                    waiting.stream()
                            .filter(view -> view.callsFunctions() && !refused.containsKey(view.name()))
                            .toList(),
                    known);
            for (Filled view : waiting) {
                record(connection, store, known.get(objectName(view.name())), view.name(), refused.get(view.name()));
                if (!refused.containsKey(view.name())) {
                    listener.accept(view.name());
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.explain("The materialized views of the destination could not be refreshed", e);
        }
    }

    /** Returns the name of the object that fills a view. */
    static String objectName(TableName view) {
        return "refresh:" + view;
    }

    private static boolean isSkipped(@Nullable StoredObject stored) {
        return stored != null && stored.state() == ObjectState.SKIPPED;
    }

    /** Refreshes in rounds for as long as one more can be filled; returns why the others cannot. */
    private Map<TableName, String> tryAll(Connection connection, List<Filled> views, Map<String, StoredObject> known)
            throws SQLException {
        Map<TableName, String> refused = new LinkedHashMap<>();
        List<Filled> waiting = views;
        int before = -1;
        while (!waiting.isEmpty() && waiting.size() != before) {
            before = waiting.size();
            refused.clear();
            for (Filled view : waiting) {
                StoredObject stored = known.get(objectName(view.name()));
                String sql = stored == null
                        ? "REFRESH MATERIALIZED VIEW " + view.name().sql()
                        : stored.statement();
                refusal(connection, sql).ifPresent(reason -> refused.put(view.name(), reason));
            }
            waiting = waiting.stream()
                    .filter(view -> refused.containsKey(view.name()))
                    .toList();
        }
        return refused;
    }

    /** Runs one statement in its own transaction; returns why the server refused it. */
    private Optional<String> refusal(Connection connection, String sql) throws SQLException {
        epoch.hold(connection);
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        } catch (SQLException e) {
            if (ObjectMaker.isNotOfTheObject(e)) {
                throw e;
            }
            connection.rollback();
            return Optional.of(ObjectMaker.message(e));
        }
        connection.commit();
        return Optional.empty();
    }

    private void record(
            Connection connection,
            Optional<StructureObjectStore> store,
            @Nullable StoredObject stored,
            TableName view,
            @Nullable String error)
            throws SQLException {
        if (error != null) {
            LOG.warn(
                    "Materialized view {} could not be filled ({}). Fill it yourself, or correct or skip {} with dts-sync structure.",
                    view,
                    error,
                    objectName(view));
        }
        if (store.isPresent() && stored != null) {
            epoch.hold(connection);
            store.get()
                    .record(connection, stored.object(), error == null ? ObjectState.DONE : ObjectState.FAILED, error);
            connection.commit();
        }
    }

    private List<Filled> populated() {
        List<Filled> views = new ArrayList<>();
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(MATERIALIZED_VIEWS)) {
            while (rows.next()) {
                TableName view = new TableName(rows.getString(1), rows.getString(2));
                if (selection.touchesSchema(view.schema()) && !selection.excludes(view.schema(), view.table())) {
                    views.add(new Filled(view, rows.getBoolean(3)));
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
}
