package org.dtssync.app.rebuild;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.dtssync.app.base.BaseDirectory;
import org.dtssync.app.base.BaseManifest;
import org.dtssync.app.config.DestinationSettings.Existing;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.replay.LaterShape;
import org.dtssync.app.replay.LaterShapes;
import org.dtssync.app.replay.Moment;
import org.dtssync.app.replay.StateHistory;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.state.FollowedTable;
import org.dtssync.app.state.ReplayStore;
import org.dtssync.app.state.Section;
import org.dtssync.app.state.StructureObjectStore;
import org.dtssync.app.state.TableState;
import org.dtssync.app.stream.FoundTopics;
import org.dtssync.app.stream.ReplayedCommands;
import org.dtssync.app.stream.SharedRegistry;
import org.dtssync.app.stream.TopicCodecs;
import org.dtssync.app.structure.StructureApplier;
import org.dtssync.connectors.apply.AppliedPosition;
import org.dtssync.connectors.apply.Applier;
import org.dtssync.connectors.apply.ApplySettings;
import org.dtssync.connectors.apply.DestinationFaults;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.connectors.postgres.Identifiers;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.SoleSession;
import org.dtssync.connectors.postgres.SqlFaults;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TaskName;
import org.dtssync.schemas.TopicNames;

/**
 * Makes another database the source as of a commit: the base first, then whole transactions from the topics. What is done is recorded in
 * the database itself, in the same transactions, so that the same call resumes after any interruption. The task itself and its state are
 * left alone. Used by one thread.
 */
public final class Rebuild {

    private static final int NARROWER = 32;

    private final TaskFile file;
    private final DatabaseConnections target;
    private final BaseDirectory directory;
    private final RebuildListener listener;
    private final ReplayStore store;
    private final Retry retry;

    /**
     * Creates it; opens nothing yet.
     *
     * @param file the task file, with embedded servers resolved to their addresses
     * @param target the database to be made
     * @param directory the base
     */
    public Rebuild(TaskFile file, DatabaseSettings target, BaseDirectory directory, RebuildListener listener) {
        this.file = file;
        this.target = connections(file, target);
        this.directory = directory;
        this.listener = listener;
        this.store = new ReplayStore(this.target, file.name());
        this.retry = new Retry(file.retry(), (part, kind) -> {});
    }

    /** Returns the digest of the base that a database is being made from; empty if none is. */
    public static Optional<String> base(TaskFile file, DatabaseSettings target) {
        return new ReplayStore(connections(file, target), file.name()).base();
    }

    private static DatabaseConnections connections(TaskFile file, DatabaseSettings target) {
        return new DatabaseConnections(
                End.DESTINATION, target, new TaskName(ReplayStore.nameOf(file.name())).applicationName());
    }

    /**
     * Makes the database.
     *
     * @param follow whether to apply what comes later too, until the thread is interrupted
     * @return as of which position it is
     * @throws SyncException in one sentence if it cannot be made; nothing is written if base, topics or target do not fit
     * @throws InterruptedException if the thread was interrupted; the same call resumes
     */
    public Lsn run(Moment asOf, boolean follow) throws InterruptedException {
        BaseManifest manifest = directory.unaltered();
        String digest = directory.manifestDigest();
        Target.require(file, target, digest);
        StateHistory history = StateHistory.of(file, manifest, asOf);
        Lsn end = history.end();
        requireNotBehind(end);
        later(manifest, history).shapes().values().stream()
                .filter(shape -> shape.isReached(end))
                .forEach(LaterShape::require);
        if (store.base().isEmpty()) {
            listener.step("checking the base");
            directory.requireWhole(manifest);
        }
        try (Target locked = Target.lock(file, target)) {
            Epoch epoch = locked.epoch();
            store.begin(digest, epoch);
            load(manifest, epoch);
            listener.step("applying changes up to " + end);
            Supplier<TargetShapes> shapes = () -> TargetShapes.read(target, file.name(), later(manifest, history));
            if (history.beforeCommands().isPresent()) {
                Lsn before = history.beforeCommands().get();
                apply(shapes, epoch, applier -> applier.followTo(before));
                listener.step("creating indexes and constraints");
                // A command may be about any of them.
                create(epoch, Section.POST_DATA);
            }
            apply(shapes, epoch, applier -> applier.followTo(end));
            finish(shapes.get().names(), epoch);
            TargetShapes reached = shapes.get();
            reached.waiting(shape -> shape.isReached(end)).forEach(shape -> change(reached, shape, epoch));
            if (follow) {
                listener.step("following");
                apply(shapes, epoch, applier -> applier.follow(lsn -> false));
            }
        }
        return end;
    }

    /** Of a table that commands change, what the task has recorded is of another moment. */
    private LaterShapes later(BaseManifest manifest, StateHistory history) {
        return LaterShapes.read(file, manifest).without(history.commanded());
    }

    private void requireNotBehind(Lsn end) {
        Optional<Lsn> position =
                store.base().isEmpty() ? Optional.empty() : store.position().map(AppliedPosition::lsn);
        if (position.isPresent() && !end.reached(position.get())) {
            throw new SyncException(
                    FaultKind.USAGE,
                    "The target is as of " + position.get() + " already, which is after " + end + ".",
                    "A database is not taken back: name an empty one.");
        }
    }

    private void load(BaseManifest manifest, Epoch epoch) throws InterruptedException {
        store.know(
                manifest.tables().stream()
                        .map(table -> new FollowedTable(
                                table.table(), TableState.STREAMING, table.keyColumns(), Optional.of(table.shape())))
                        .toList(),
                epoch);
        if (store.position().isPresent()) {
            return;
        }
        listener.step("creating tables");
        StructureObjectStore objects = objects();
        objects.save(manifest.objects(), epoch);
        create(epoch, Section.PRE_DATA);
        listener.step("loading the base");
        retry.run(
                "load",
                () -> new BaseLoad(target, store, epoch, directory, listener)
                        .run(manifest, file.snapshot().workers()));
        listener.step("creating keys");
        create(epoch, Section.KEYS);
        store.loadedAll(new AppliedPosition(manifest.cut().lsn(), manifest.cut().offset()), epoch);
    }

    private StructureObjectStore objects() {
        return new StructureObjectStore(target, ReplayStore.nameOf(file.name()));
    }

    private void create(Epoch epoch, Section section) throws InterruptedException {
        try {
            retry.run(
                    "schema",
                    () -> new StructureApplier(
                                    target,
                                    objects(),
                                    epoch,
                                    Existing.FAIL,
                                    file.snapshot().workers(),
                                    (object, state, seconds) -> {})
                            .apply(section));
        } catch (SyncException e) {
            throw e.kind() == FaultKind.DATA
                    ? new SyncException(
                            FaultKind.DATA,
                            e.what().replace("at the destination", "at the target"),
                            "Create there what they need, such as roles and extensions, then run the same command again, which tries"
                                    + " them again.",
                            e)
                    : e;
        }
    }

    /**
     * A record that has another shape than its table stops the applier. What comes before it is then applied in ever smaller writes, until
     * the next one begins with that record; and that table gets its shape, no other one. Whatever else stops the applier leaves all
     * tables as they are.
     */
    private void apply(Supplier<TargetShapes> read, Epoch epoch, Consumer<Applier> work) throws InterruptedException {
        int changes = ApplySettings.DEFAULT_CHANGES;
        while (true) {
            try {
                applyInShape(read, changes, epoch, work);
                return;
            } catch (SyncException e) {
                TargetShapes shapes = read.get();
                Optional<TableName> changed = DestinationFaults.otherColumns(e);
                List<LaterShape> waiting = shapes.waiting(
                        shape -> changed.equals(Optional.of(shape.base().table())));
                if (waiting.isEmpty()) {
                    throw explained(e);
                }
                if (changes > 1) {
                    changes = Math.max(1, changes / NARROWER);
                    continue;
                }
                // Indexes and views follow a change as PostgreSQL makes them.
                create(epoch, Section.POST_DATA);
                change(shapes, waiting.get(0), epoch);
                changes = ApplySettings.DEFAULT_CHANGES;
            }
        }
    }

    private void change(TargetShapes shapes, LaterShape shape, Epoch epoch) {
        listener.step("changing the columns of table " + shape.base().table());
        shapes.make(shape, epoch);
    }

    /** What the commands of an earlier attempt have made of the tables is read again with each attempt. */
    private void applyInShape(Supplier<TargetShapes> shapes, int changes, Epoch epoch, Consumer<Applier> work)
            throws InterruptedException {
        TopicNames names = FoundTopics.of(file.name(), file.kafka().properties());
        TopicCodecs codecs = new TopicCodecs(names, file.converters(), new SharedRegistry(file.registry()));
        SoleSession session = new SoleSession(target);
        try (ReplayedCommands commands = new ReplayedCommands(file, target, epoch)) {
            retry.run(
                    "apply",
                    () -> work.accept(new Applier(
                            new ApplySettings(
                                    names,
                                    file.kafka().properties(),
                                    Optional.empty(),
                                    shapes.get().applied(),
                                    changes,
                                    ApplySettings.DEFAULT_BYTES),
                            session,
                            epoch,
                            codecs.keys(),
                            codecs.values(),
                            codecs.cuts(),
                            (position, commitTimeMicros, applied, tables) ->
                                    listener.applied(position.lsn(), Optional.ofNullable(commitTimeMicros), applied),
                            Optional.of(commands))));
        }
    }

    private SyncException explained(SyncException fault) {
        String where = store.position()
                .map(position -> " The target is as of " + position.lsn() + ", before it.")
                .orElse("");
        if (fault.remedy().equals(ReplayedCommands.REMEDY)) {
            return new SyncException(fault.kind(), fault.what() + where, fault.remedy(), fault);
        }
        return switch (fault.kind()) {
            case SHAPE_CHANGED ->
                new SyncException(
                        fault.kind(),
                        "A table changed its shape behind the base: " + fault.what() + where,
                        "Replay a base from after the change into an empty database.",
                        fault);
            case TOPIC ->
                new SyncException(
                        fault.kind(), fault.what() + where, "Replay a later base into an empty database.", fault);
            case DATA, DIFFERENCE ->
                new SyncException(
                        fault.kind(),
                        fault.what() + where,
                        "Only this command may write to the target. dts-sync base check and dts-sync replay prove check base and topics.",
                        fault);
            default -> fault;
        };
    }

    private void finish(List<TableName> tables, Epoch epoch) throws InterruptedException {
        listener.step("creating indexes and constraints");
        create(epoch, Section.POST_DATA);
        try (Connection connection = target.open();
                Statement statement = connection.createStatement()) {
            for (TableName table : tables) {
                statement.execute("ANALYZE " + table.sql());
            }
            refresh(statement);
        } catch (SQLException e) {
            throw SqlFaults.explain("The tables of the target could not be analyzed", e);
        }
    }

    /** A view may read another one that comes later by name; one that cannot be filled holds nothing up. */
    private static void refresh(Statement statement) throws SQLException {
        List<String> empty = unpopulated(statement);
        List<String> before = List.of();
        while (!empty.isEmpty() && !empty.equals(before)) {
            for (String view : empty) {
                try {
                    statement.execute("REFRESH MATERIALIZED VIEW " + view);
                } catch (SQLException e) {
                    if (SqlFaults.kind(e) == FaultKind.CONNECTION) {
                        throw e;
                    }
                }
            }
            before = empty;
            empty = unpopulated(statement);
        }
    }

    private static List<String> unpopulated(Statement statement) throws SQLException {
        List<String> views = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(
                "SELECT schemaname, matviewname FROM pg_matviews WHERE NOT ispopulated ORDER BY 1, 2")) {
            while (rows.next()) {
                views.add(Identifiers.quote(rows.getString(1)) + "." + Identifiers.quote(rows.getString(2)));
            }
        }
        return views;
    }
}
