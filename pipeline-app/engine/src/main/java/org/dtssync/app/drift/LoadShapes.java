package org.dtssync.app.drift;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dtssync.app.catalog.DestinationTable;
import org.dtssync.app.catalog.SelectedTables;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.InterimKeys;
import org.dtssync.app.ddl.SteadyReading;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.PublicationCheck;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shapes with which tables are loaded while commands change them at the source: each is read between two commands, and a position shows
 * which commands it has. Used by one thread, while nothing is applied.
 */
public final class LoadShapes {

    private static final Logger LOG = LoggerFactory.getLogger(LoadShapes.class);

    private final Route route;
    private final ObjectSelection objects;
    private final ProgressStore progress;
    private final ShapeRecords structures;
    private final Epoch epoch;

    /**
     * Creates it; opens nothing yet.
     *
     * @param objects which tables belong to the task
     * @param epoch the right to write the state
     */
    public LoadShapes(Route route, ObjectSelection objects, Epoch epoch) {
        this.route = route;
        this.objects = objects;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.structures = new ShapeRecords(route.destination(), route.task());
        this.epoch = epoch;
    }

    /** What is read of the source. */
    @FunctionalInterface
    public interface Reading {
        /** Reads it again at each call. */
        void read() throws InterruptedException;
    }

    /** Applies everything up to a position. */
    @FunctionalInterface
    public interface Following {
        /** Returns once it is applied. */
        void to(Lsn position) throws InterruptedException;
    }

    /** Returns whether commands that change the structure are carried. */
    public boolean areCarried() {
        return progress.ddlMode().carries();
    }

    /**
     * Reads between two commands.
     *
     * @return a position: the reading has every command that committed up to it, and none behind it
     */
    public Lsn during(Reading reading) throws InterruptedException {
        try (Connection source = route.source().openForShortTransactions()) {
            return SteadyReading.during(source, reading::read);
        } catch (SQLException e) {
            throw SqlFaults.explain("The source could not be read between two changes of its structure", e);
        }
    }

    /**
     * Reads the schema objects for the first load, with the shapes of all tables: those that changed since the task was prepared are loaded as
     * they are now.
     */
    public void record(Reading schemaObjects) throws InterruptedException {
        List<TableProgress> tables = new ArrayList<>();
        Map<TableName, String> changed = new TreeMap<>();
        Lsn position = during(() -> {
            schemaObjects.read();
            tables.clear();
            tables.addAll(new SelectedTables(route.source(), objects).read());
            changed.clear();
            changed.putAll(changed(tables));
        });
        Set<TableName> known = new HashSet<>();
        progress.tables().stream()
                .filter(table -> table.state() != TableState.SKIPPED)
                .map(TableProgress::table)
                .forEach(known::add);
        Set<TableName> gone = new HashSet<>(known);
        for (TableProgress table : tables) {
            gone.remove(table.table());
            if (!known.contains(table.table())) {
                progress.addTables(List.of(table), epoch);
                progress.tableState(table.table(), TableState.PENDING, epoch);
                publish(table.table());
            }
            String structure = changed.get(table.table());
            if (structure != null) {
                structures.reload(table.table(), structure, table.keyColumns(), position, false, epoch);
                LOG.info("A table changed since the task was prepared. table={}", table.table());
            }
        }
        gone.forEach(table -> structures.remove(table, epoch));
        structures.copiedBehind(position, epoch);
        progress.structurePosition(position, epoch);
    }

    private Map<TableName, String> changed(List<TableProgress> tables) {
        Map<TableName, String> digests = progress.shapeDigests();
        Map<TableName, String> changed = new HashMap<>();
        new ShapeFingerprint(route.source())
                .read(tables.stream().map(TableProgress::table).toList(), (table, structure) -> {
                    if (!ProgressStore.shapeDigest(structure).equals(digests.get(table))) {
                        changed.put(table, structure);
                    }
                });
        return changed;
    }

    private void publish(TableName table) {
        try (Connection connection = route.source().open()) {
            new Publication(route.name().publication()).include(connection, table);
            new PublicationCheck(route).record(connection, table, epoch);
        } catch (SQLException e) {
            throw SqlFaults.explain("Table " + table + " could not be published", e);
        }
    }

    /** Returns the tables that wait until the destination has the shape they have at the source. */
    public List<TableName> setAside() {
        return structures.setAside();
    }

    /**
     * Prepares tables that were set aside for their load, once the destination has had every command that changed them. Those that commands
     * change meanwhile stay aside.
     */
    public void takeUp(Following following, ShapeChanges.LoadReset load) throws InterruptedException {
        Map<TableName, String> before = new HashMap<>();
        Lsn behind = during(() -> read(before));
        following.to(behind);
        Map<TableName, String> now = new HashMap<>();
        Map<TableName, Optional<List<String>>> keys = new HashMap<>();
        Lsn position = during(() -> {
            read(now);
            keys.clear();
            new SelectedTables(route.source(), objects)
                    .read()
                    .forEach(table -> keys.put(table.table(), table.keyColumns()));
        });
        for (Map.Entry<TableName, String> entry : now.entrySet()) {
            TableName table = entry.getKey();
            Optional<List<String>> key = keys.get(table);
            if (key == null || !entry.getValue().equals(before.get(table))) {
                continue;
            }
            load.reset(table);
            boolean whole = DestinationTable.hasOtherUniqueIndexes(route.destination(), table, key.orElse(List.of()));
            structures.takeUp(table, entry.getValue(), key, position, whole, epoch);
            Failpoint.CATCH_UP_TABLE_TAKEN_UP.reached();
            LOG.info("A table that was set aside is loaded. table={}", table);
        }
    }

    /** Removes what stood for indexes that are made by now. */
    public void removeInterimKeys() {
        if (!areCarried()) {
            return;
        }
        route.destination().doInTransaction("Indexes that were needed until now could not be removed", connection -> {
            epoch.hold(connection);
            new InterimKeys(connection, route.task()).remove();
        });
    }

    private void read(Map<TableName, String> shapes) {
        shapes.clear();
        shapes.putAll(new ShapeFingerprint(route.source()).read(structures.setAside()));
    }
}
