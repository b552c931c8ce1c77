package org.dtssync.app.stream;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.dtssync.app.catalog.CarriedShape;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.CarriedDdl;
import org.dtssync.app.ddl.LoadStage;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.state.CarriedShapes;
import org.dtssync.app.state.DdlCommand;
import org.dtssync.app.state.DdlCommandStore;
import org.dtssync.app.state.DeferredIndex;
import org.dtssync.app.state.DeferredIndexStore;
import org.dtssync.app.state.EventLog;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.StructureForms;
import org.dtssync.connectors.apply.CarriedCommands;
import org.dtssync.connectors.capture.CapturedCommands;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.DdlMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether and how one direction carries commands that change the structure, in the mode that it was prepared with. Thread-safe.
 */
final class CommandCarrier {

    private static final Logger LOG = LoggerFactory.getLogger(CommandCarrier.class);

    private static final long DECISION_POLL_MILLIS = 500;

    private final Route route;
    private final ObjectSelection objects;
    private final Epoch epoch;
    private final Map<String, String> kafka;
    private final TopicCodecs codecs;
    private final ProgressStore progress;
    private final AtomicReference<@Nullable DdlCommand> held = new AtomicReference<>();
    private final AtomicReference<@Nullable String> ahead = new AtomicReference<>();
    private final IndexDeferral.Rules indexes;
    private final DeferredIndexBuilder builder;

    /** The major version; 0 until the first command, before which the destination is prepared. */
    private volatile int sourceVersion;

    /**
     * Creates one; opens nothing yet.
     *
     * @param defers whether indexes are built while the stream continues
     */
    CommandCarrier(
            Route route,
            ObjectSelection objects,
            Epoch epoch,
            Map<String, String> kafka,
            TopicCodecs codecs,
            boolean defers) {
        this.route = route;
        this.objects = objects;
        this.epoch = epoch;
        this.kafka = kafka;
        this.codecs = codecs;
        this.progress = new ProgressStore(route.destination(), route.task());
        this.indexes = new IndexDeferral.Rules(defers, new AtomicReference<>());
        this.builder = new DeferredIndexBuilder(route, epoch);
    }

    private DdlMode mode() {
        return progress.ddlMode();
    }

    /** Returns whether commands are carried. */
    boolean carries() {
        return mode().carries();
    }

    /** Returns what capture does with commands; empty if the task carries none. */
    Optional<CapturedCommands> captured() {
        if (!mode().carries()) {
            return Optional.empty();
        }
        return Optional.of(new FollowedShapes(route, objects, kafka, codecs, this::recorded));
    }

    private List<CapturedTable> recorded() {
        List<CapturedTable> tables = new ArrayList<>(
                CapturedTables.captured(progress.tables(), new ShapeRecords(route.destination(), route.task()).read()));
        tables.add(FollowedShapes.COMMANDS);
        return tables;
    }

    /** Ends the building of indexes; returns at once. */
    void abortIndexes() {
        builder.abort();
    }

    /**
     * Returns what the applier does with commands; empty if the task carries none.
     *
     * @param exact whether the destination follows exactly
     */
    Optional<CarriedCommands> applied(boolean exact) {
        DdlMode mode = mode();
        if (!mode.carries()) {
            return Optional.empty();
        }
        CommandTransaction.Rules rules = new CommandTransaction.Rules(
                mode, epoch, stage(exact), progress.structurePosition(), held, ahead, indexes);
        DatabaseConnections destination = route.destination();
        CarriedStructure structure = new CarriedStructure(
                new CarriedShapes(new EventLog(destination, route.task()), route.task()),
                objects,
                route.task(),
                destination.role());
        DdlCommandStore store = new DdlCommandStore(destination, route.task());
        DeferredIndexStore waiting = new DeferredIndexStore(destination, route.task());
        return Optional.of((connection, commit) -> {
            prepare();
            return new CommandTransaction(
                    connection,
                    commit,
                    new CarriedDdl(connection, objects, commit, sourceVersion, rules.stage()),
                    structure,
                    store,
                    waiting,
                    rules);
        });
    }

    /** What rows depend on is made before the load, the rest behind it; a table that is loaded again later has both. */
    private LoadStage stage(boolean exact) {
        if (exact) {
            return LoadStage.WHOLE;
        }
        return new StructureForms(route.destination(), route.task())
                        .read()
                        .of(End.DESTINATION)
                        .isEmpty()
                ? LoadStage.FIRST_LOAD
                : LoadStage.LATER_LOAD;
    }

    /**
     * Sets a table aside that is not at the source any more what it is at the destination, while others catch up. It is emptied, since commands
     * that follow take what is in it for the source's rows; where that is not allowed it is when it is loaded.
     */
    void setAside(TableName table) {
        LOG.info("A table changed at the source; it is loaded once the destination has followed that. table={}", table);
        route.destination().doInTransaction("Table " + table + " could not be set aside", connection -> {
            epoch.hold(connection);
            new CarriedShapes(new EventLog(route.destination(), route.task()), route.task())
                    .setAside(connection, table);
            if (takesReplicaRole(connection)) {
                CommandTransaction.truncate(connection, table);
            }
        });
    }

    /**
     * Returns the table whose rows, which were copied after a command, made that command fail while others caught up, and forgets it; empty
     * if there is none.
     */
    Optional<TableName> takeAhead() {
        String oid = ahead.get();
        if (oid == null) {
            return Optional.empty();
        }
        CarriedShapes shapes = new CarriedShapes(new EventLog(route.destination(), route.task()), route.task());
        Optional<TableName> table = route.destination()
                .inTransaction(
                        "The tables of the task could not be read",
                        connection -> shapes.holding(connection, CarriedShape.holding(oid))
                                .map(CarriedShapes.Known::table));
        ahead.set(null);
        return table;
    }

    private static boolean takesReplicaRole(Connection connection) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL session_replication_role = replica");
            return true;
        } catch (SQLException e) {
            connection.rollback(before);
            return false;
        }
    }

    /** Returns whether the applier has stopped for a command that a person has to allow, or that needs an index which is being built. */
    boolean isHeld() {
        return held.get() != null || indexes.awaited().get() != null;
    }

    /** Builds the indexes that commands have left for later, until interrupted. */
    void buildIndexes() throws InterruptedException {
        builder.run();
    }

    /** Waits until that is decided; the applier has rolled back, and holds nothing at the destination. */
    void awaitDecision() throws InterruptedException {
        DeferredIndex index = indexes.awaited().get();
        if (index != null) {
            LOG.info(
                    "A command waits until an index is built; nothing behind it is applied. index={} number={}",
                    index.index(),
                    index.number());
            builder.buildAll();
            indexes.awaited().set(null);
        }
        DdlCommand command = held.get();
        if (command == null) {
            return;
        }
        LOG.warn(
                "A command waits until a person allows it with dts-sync ddl allow; nothing behind it is applied. number={} tag={}",
                command.number(),
                command.tag());
        DdlCommandStore store = new DdlCommandStore(route.destination(), route.task());
        while (store.decision(command.number()).isHeld()) {
            Thread.sleep(DECISION_POLL_MILLIS);
        }
        held.set(null);
    }

    private synchronized void prepare() {
        if (sourceVersion > 0) {
            return;
        }
        try (Connection connection = route.destination().open()) {
            CarriedDdl.prepare(connection);
            sourceVersion = readSourceVersion();
        } catch (SQLException e) {
            throw SqlFaults.explain(
                    "The " + route.destination().role() + " could not be prepared to compare shapes", e);
        }
    }

    private int readSourceVersion() {
        try (Connection connection = route.source().open()) {
            return connection.getMetaData().getDatabaseMajorVersion();
        } catch (SQLException e) {
            throw SqlFaults.explain("The version of the " + route.source().role() + " could not be read", e);
        }
    }
}
