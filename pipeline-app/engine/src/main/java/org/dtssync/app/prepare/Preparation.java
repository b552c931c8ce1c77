package org.dtssync.app.prepare;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dtssync.app.catalog.SelectedTables;
import org.dtssync.app.catalog.ShapeFingerprint;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.ddl.DdlRecorder;
import org.dtssync.app.ddl.IdentityGuard;
import org.dtssync.app.ddl.SourceRecorder;
import org.dtssync.app.ddl.SteadyReading;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.source.Publication;
import org.dtssync.app.source.PublicationCheck;
import org.dtssync.app.state.HeartbeatStore;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.state.StateSchema;
import org.dtssync.app.state.TableProgress;
import org.dtssync.app.state.TableState;
import org.dtssync.app.state.Verifications;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.FirstCut;
import org.dtssync.connectors.capture.TaskTopics;
import org.dtssync.connectors.fault.Failpoint;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.ReplicationSlot;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.DdlMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase prepare: the heartbeat table, the publication and the slot at the source, the task's tables, cut 0.
 *
 * <p>Nothing is captured before it is done, so after a crash everything is simply re-created.
 */
public final class Preparation {

    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private static final String NO_LIMIT = "0";

    private static final int STRUCTURES_AT_ONCE = 1_000;

    /** Applications are about to be moved: that can be aborted, and repeated once the transaction has ended. */
    private static final String SLOT_LOCK_LIMIT = "30s";

    private final Route route;
    private final ObjectSelection objects;
    private final CaptureSettings capture;
    private final Supplier<CutCodec> codec;
    private final DdlSettings ddl;
    private final String mirrored;
    private final Epoch epoch;
    private final ProgressStore progress;

    /**
     * Creates one; opens nothing yet.
     *
     * @param objects which tables belong to the task
     * @param capture how the capture will reach the topics
     * @param codec creates the writer of cut 0
     * @param ddl what a task that begins does about commands that change the structure; one that has begun keeps its mode
     * @param mirrored the task that ignores what this one writes
     * @param epoch the right to write to the destination
     */
    public Preparation(
            Route route,
            ObjectSelection objects,
            CaptureSettings capture,
            Supplier<CutCodec> codec,
            DdlSettings ddl,
            String mirrored,
            Epoch epoch) {
        this.route = route;
        this.objects = objects;
        this.capture = capture;
        this.codec = codec;
        this.ddl = ddl;
        this.mirrored = mirrored;
        this.epoch = epoch;
        this.progress = new ProgressStore(route.destination(), route.task());
    }

    /** Prepares a task whose destination is empty. */
    public void run() {
        if (new SelectedTables(route.source(), objects).names().isEmpty()) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "No table of the source matches objects.include.",
                    "Correct objects.include and objects.exclude in the task file.");
        }
        DdlMode mode = decide();
        String before = beginRecording(mode);
        List<TableProgress> tables = new SelectedTables(route.source(), objects).read();
        progress.addTables(tables, epoch);
        List<TableName> names = tables.stream().map(TableProgress::table).toList();
        progress.forgetOtherTables(names, epoch);
        storeShapes(names);
        Failpoint.PREPARE_TABLES_RECORDED.reached();
        start(names, NO_LIMIT, mode, before);
    }

    /** A task keeps what is decided here: whether its source records commands cannot change behind its back. */
    private DdlMode decide() {
        Optional<DdlMode> asked = ddl.mode();
        if (asked.isPresent()) {
            return asked.get();
        }
        DdlMode mode = DdlRecorder.isPossible(route.source()) ? DdlMode.CARRY : DdlMode.STOP;
        LOG.info(
                "ddl.mode is auto, and was decided. task={} mode={} reason={}",
                route.task(),
                mode.name().toLowerCase(Locale.ROOT),
                ddl.reason(mode));
        return mode;
    }

    /**
     * Commands that change what is read here are recorded from here on, since the slot, which sends them, comes last.
     *
     * @return which transactions had ended by then; empty if none are recorded
     */
    private String beginRecording(DdlMode mode) {
        if (!mode.carries()) {
            return "";
        }
        new StateSchema(route.source()).installHeartbeat();
        try (Connection source = route.source().openForShortTransactions()) {
            // First: before version 17 its own commands would be recorded, and what was read would have to be read
            // again.
            IdentityGuard.install(source);
            recorder().install(source);
            recorder().enter(source);
            return SteadyReading.snapshot(source);
        } catch (SQLException e) {
            throw SqlFaults.explain(
                    "Changes of the structure could not be recorded at the "
                            + route.source().role(),
                    e);
        }
    }

    /** What the slot does not send, and is not in the recorded shapes, nobody would notice. */
    private static void requireSteady(Connection source, String before) throws SQLException {
        try {
            if (!before.isEmpty()) {
                SteadyReading.requireNoneSince(source, before);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SyncException(FaultKind.TRANSIENT, "The preparation was interrupted.", "", e);
        }
    }

    private void start(List<TableName> names, String lockLimit, DdlMode mode, String before) {
        try (Connection source = route.source().openForShortTransactions()) {
            setLockLimit(source, lockLimit);
            // Earlier verifications concern the previous stream.
            new Verifications(route.destination(), route.task()).forget(epoch);
            new StateSchema(route.source()).installHeartbeat();
            if (!mode.carries()) {
                IdentityGuard.install(source);
            }
            // Before the slot: as long as there are many to create, no WAL is retained for them.
            makeTopics(names, mode);
            makePublication(source, names);
            if (mode.carries()) {
                recorder().enter(source);
            }
            new PublicationCheck(route).record(source, epoch);
            Failpoint.PREPARE_PUBLICATION_MADE.reached();
            forgetHeartbeat(source);
            Lsn start = makeSlot(source);
            requireSteady(source, before);
            Failpoint.PREPARE_SLOT_MADE.reached();
            String systemIdentifier = systemIdentifier(source);
            progress.sourceSystem(systemIdentifier, source.getCatalog(), epoch);
            begin(start, systemIdentifier, mode);
            Failpoint.PREPARE_POSITION_WRITTEN.reached();
            LOG.info(
                    "Prepared. task={} slot={} lsn={} tables={}",
                    route.task(),
                    route.name().slot(),
                    start,
                    names.size());
        } catch (SQLException e) {
            throw SqlFaults.explain("The source could not be prepared", e);
        }
    }

    /**
     * Prepares a task whose destination already has every row: it follows from here on. Reverse replication carries commands as the task file says
     * each time; a task keeps the mode it began with.
     *
     * @param tables the tables it follows
     */
    public void follow(List<TableName> tables) {
        if (!progress.exists()) {
            progress.enter(Phase.INCREMENTAL, epoch);
        }
        DdlMode mode = route.source().role() == End.SOURCE
                ? progress.ddlMode()
                : ddl.mode().orElse(DdlMode.STOP);
        String before = beginRecording(mode);
        Set<TableName> wanted = Set.copyOf(tables);
        List<TableProgress> followed = new SelectedTables(route.source(), objects)
                .read().stream().filter(table -> wanted.contains(table.table())).toList();
        // What was dropped while the stream flowed the other way.
        ShapeRecords shapes = new ShapeRecords(route.destination(), route.task());
        progress.tables().stream()
                .filter(table -> table.state() != TableState.SKIPPED && !wanted.contains(table.table()))
                .forEach(table -> shapes.remove(table.table(), epoch));
        progress.addTables(followed, epoch);
        followed.forEach(table -> progress.tableState(table.table(), TableState.STREAMING, epoch));
        storeShapes(tables);
        List<TableName> published = new ArrayList<>(tables);
        // These rows identify our own transactions of the opposite direction.
        published.add(AppliedPosition.TABLE);
        start(published, SLOT_LOCK_LIMIT, mode, before);
    }

    private SourceRecorder recorder() {
        return new SourceRecorder(
                route.source().role(), route.task(), route.name().publication(), objects, ddl.imageBytes());
    }

    private void storeShapes(List<TableName> names) {
        Map<TableName, String> part = new HashMap<>();
        new ShapeFingerprint(route.source()).read(names, (table, structure) -> {
            part.put(table, structure);
            if (part.size() == STRUCTURES_AT_ONCE) {
                progress.storeShapes(part, epoch);
                part.clear();
            }
        });
        progress.storeShapes(part, epoch);
    }

    /** A slot waits for every transaction that is open when it is created. */
    private static void setLockLimit(Connection source, String limit) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute("SET lock_timeout = '" + limit + "'");
        }
    }

    private void makePublication(Connection source, List<TableName> names) throws SQLException {
        List<TableName> published = new ArrayList<>(names);
        published.add(HeartbeatStore.TABLE);
        new Publication(route.name().publication()).create(source, published);
    }

    /** After the publication: the decoder looks it up as it was at each change, and must find it. */
    private Lsn makeSlot(Connection source) throws SQLException {
        ReplicationSlot slot = route.slot();
        if (slot.state(source).isPresent()) {
            slot.endReader(source);
            slot.drop(source);
        }
        return slot.create(source);
    }

    private static String systemIdentifier(Connection source) throws SQLException {
        try (PreparedStatement statement =
                        source.prepareStatement("SELECT system_identifier::text FROM pg_control_system()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** The position of the task in the opposite direction is published, and not captured. */
    private void makeTopics(List<TableName> published, DdlMode mode) {
        List<TableName> captured = new ArrayList<>(published);
        captured.remove(AppliedPosition.TABLE);
        captured.add(HeartbeatStore.TABLE);
        if (mode.carries()) {
            captured.add(DdlRecorder.TABLE);
        }
        new TaskTopics(capture).create(captured);
    }

    private void begin(Lsn start, String systemIdentifier, DdlMode mode) {
        FirstCut.Written first = new FirstCut(capture, codec.get()).write(start, systemIdentifier);
        Failpoint.PREPARE_CUT_WRITTEN.reached();
        progress.topics(first.topicId(), capture.topics().form(), epoch);
        progress.ddlMode(mode, epoch);
        try (Connection connection = route.destination().open()) {
            connection.setAutoCommit(false);
            epoch.hold(connection);
            AppliedPosition.begin(connection, epoch, new AppliedPosition(start, first.offset()), mirrored);
            // In this transaction, which a capture in the opposite direction ignores.
            forgetHeartbeat(connection);
            connection.commit();
        } catch (SQLException e) {
            throw SqlFaults.explain("The position could not be written at the destination", e);
        }
    }

    /** A row that an earlier stream left at only one end could not be followed. */
    private void forgetHeartbeat(Connection connection) throws SQLException {
        new HeartbeatStore(route.task()).forget(connection);
    }
}
