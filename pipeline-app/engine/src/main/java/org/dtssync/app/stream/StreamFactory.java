package org.dtssync.app.stream;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.drift.AppliedMark;
import org.dtssync.app.drift.RecorderCheck;
import org.dtssync.app.drift.ReplacedPartitions;
import org.dtssync.app.drift.SettledShapes;
import org.dtssync.app.drift.ShapeCheck;
import org.dtssync.app.prepare.Mirror;
import org.dtssync.app.prepare.Preparation;
import org.dtssync.app.runtime.Background;
import org.dtssync.app.runtime.Retry;
import org.dtssync.app.runtime.Route;
import org.dtssync.app.sequences.TaskSequences;
import org.dtssync.app.source.Heartbeat;
import org.dtssync.app.source.StreamProgress;
import org.dtssync.app.state.ProgressStore;
import org.dtssync.app.state.ShapeRecords;
import org.dtssync.app.verify.VerifySettings;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.capture.ReadRequests;
import org.dtssync.connectors.postgres.Epoch;
import org.dtssync.schemas.TopicForm;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;

/** Wires the units of one direction. Thread-safe. */
public final class StreamFactory {

    private final TaskFile task;
    private final StreamBudgets budgets;
    private final SharedRegistry registry;

    /**
     * Creates one; opens nothing yet.
     *
     * @param task the task file, with embedded servers resolved to their addresses
     * @param budgets how much is held in memory at a time
     */
    public StreamFactory(TaskFile task, StreamBudgets budgets) {
        this.task = task;
        this.budgets = budgets;
        this.registry = new SharedRegistry(task.registry());
    }

    /**
     * Creates a direction that is not started.
     *
     * @param epoch the right to write to its destination
     * @param background the threads' owner; those of the direction form their own group in it
     * @param listener notified of what it does
     */
    public Direction open(Route route, Epoch epoch, Background background, StreamListener listener) {
        Retry retry = new Retry(task.retry(), listener);
        AppliedMark applied = new AppliedMark();
        StreamProgress captured = new StreamProgress(route.task());
        Heartbeat heartbeat = new Heartbeat(route, task.walWarningBytes(), listener::walRetained);
        CommandCarrier carrier = new CommandCarrier(
                route,
                task.objects(),
                epoch,
                kafka(),
                codecs(new TopicNames(route.task())),
                task.ddl().defersIndexes());
        ShapeCheck structure = new ShapeCheck(route, task.objects(), applied, carrier::carries);
        SequenceFollower follower = new SequenceFollower(sequences(route), epoch, () -> isMirrored(route));
        LiveVerification verification = new LiveVerification(
                route, task.objects(), epoch, heartbeat, structure, verifySettings(), follower::check, listener);
        RecorderCheck recorder =
                new RecorderCheck(route, task.objects(), task.ddl().imageBytes(), applied);
        CaptureChecks checks = new CaptureChecks(route, kafka(), epoch, structure, carrier::carries, recorder);
        ApplyPart apply = new ApplyPart(
                route,
                kafka(),
                codecs(new TopicNames(route.task())),
                budgets,
                epoch,
                retry,
                carrier,
                new AppliedWrites(applied, listener));
        ReadRequests reads = new ReadRequests();
        return new Direction(
                route,
                epoch,
                background.group(),
                retry,
                applied,
                captured,
                heartbeat,
                verification,
                new ShapeCheckLoop(
                        structure,
                        recorder,
                        new ReplacedPartitions(route, epoch, verification::differing),
                        new SettledShapes(route, epoch, applied),
                        checks,
                        budgets.structureMillis()),
                () -> new CapturePart(
                        captureSettings(route, captured(route)).withForm(topicForm(route)),
                        route.source(),
                        codecs(new TopicNames(route.task(), topicForm(route).layout())),
                        checks,
                        carrier,
                        task.topics().withRows() ? Optional.of(reads) : Optional.empty(),
                        retry,
                        applied,
                        captured,
                        listener),
                apply,
                follower,
                preparation(route, epoch),
                reads);
    }

    private TaskSequences sequences(Route route) {
        return TaskSequences.of(route, isForward(route) ? route : route.reversed(), task.objects());
    }

    /** Of two tasks that replicate against each other each side has sequences of its own: applications draw from both. */
    private boolean isMirrored(Route route) {
        return isForward(route)
                && (task.mirrorOf().isPresent() || !Mirror.mirrorsOf(route).isEmpty());
    }

    private boolean isForward(Route route) {
        return route.name().equals(task.taskName());
    }

    /** Creates the preparation of a direction. */
    public Preparation preparation(Route route, Epoch epoch) {
        CaptureSettings settings = captureSettings(route, List.of());
        CaptureSettings formed =
                settings.withForm(firstForm(route, settings.topics().values()));
        return new Preparation(
                route,
                task.objects(),
                formed,
                codecs(formed.names())::cuts,
                isForward(route) ? task.ddl() : task.ddl().ofTheWayBack(),
                mirrored(route),
                epoch);
    }

    private TopicCodecs codecs(TopicNames names) {
        return new TopicCodecs(names, task.converters(), registry);
    }

    private Map<String, String> kafka() {
        return task.kafka().properties();
    }

    private VerifySettings verifySettings() {
        return VerifySettings.of(task.snapshot().workers(), task.verification().rowsPerSecond());
    }

    private static List<CapturedTable> captured(Route route) {
        return CapturedTables.captured(
                new ProgressStore(route.destination(), route.task()).tables(),
                new ShapeRecords(route.destination(), route.task()).read());
    }

    /** Never from the task file, which may have changed since the task began. */
    private static TopicForm topicForm(Route route) {
        return new ProgressStore(route.destination(), route.task()).topicForm();
    }

    /** A direction that is prepared again keeps its form, and one in reverse has that of the first: consumers and rights fit it. */
    private TopicForm firstForm(Route route, TopicValues values) {
        Route first = isForward(route) ? route : route.reversed();
        return formKept(route)
                .or(() -> formKept(first))
                .orElseGet(() -> new TopicForm(values, TopicNames.Layout.APART));
    }

    private static Optional<TopicForm> formKept(Route route) {
        ProgressStore progress = new ProgressStore(route.destination(), route.task());
        return progress.cutsTopic().map(prepared -> progress.topicForm());
    }

    private CaptureSettings captureSettings(Route route, List<CapturedTable> tables) {
        return new CaptureSettings(
                route.task(),
                route.source().settings(),
                route.name().slot(),
                route.name().publication(),
                route.name().applicationName(),
                tables,
                kafka(),
                new CaptureSettings.Topics(
                        task.topics().replicationFactor(),
                        task.topics().retentionMillis(),
                        task.topics().config(),
                        table -> task.topics().configOf(table.schema(), table.table()),
                        task.topics().values(),
                        TopicNames.Layout.APART,
                        new CaptureSettings.Extras(
                                task.topics().tombstones(),
                                task.topics().transactions(),
                                task.topics().unchanged() == TopicSettings.Unchanged.READ)),
                budgets.cut(),
                Optional.of(mirrored(route)));
    }

    /** Returns the task whose transactions this direction ignores. */
    private String mirrored(Route route) {
        return isForward(route) ? task.mirroredName() : route.name().reverse().text();
    }
}
