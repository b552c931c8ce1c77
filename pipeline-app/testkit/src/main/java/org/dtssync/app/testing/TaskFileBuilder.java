package org.dtssync.app.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.dtssync.app.config.ConverterSettings;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SecondInstance;
import org.dtssync.app.config.SnapshotSettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.StructureSettings;
import org.dtssync.app.config.SwitchoverSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.config.VerificationSettings;
import org.jspecify.annotations.Nullable;

/** Makes task files that differ in a section or two from the one most tests use. Not thread-safe. */
public final class TaskFileBuilder {

    private static final long WAL_WARNING_BYTES = 10L << 30;

    private final String name;
    private @Nullable SourceSettings source;
    private @Nullable DestinationSettings destination;
    private @Nullable KafkaSettings kafka;
    private TopicSettings topics = new TopicSettings(1, 604_800_000L, Map.of());
    private @Nullable RegistrySettings registry;
    private ConverterSettings converters = new ConverterSettings(null, Map.of(), null, Map.of());
    private Path dataDir = Path.of("target");
    private @Nullable ObjectSelection objects;
    private StructureSettings structure = StructureSettings.DEFAULT;
    private DdlSettings ddl = DdlSettings.DEFAULT;
    private SnapshotSettings snapshot = new SnapshotSettings(2, 1_000, 0);
    private @Nullable RetrySettings retry;
    private Duration precheckTimeout = Duration.ofSeconds(15);
    private SecondInstance secondInstance = SecondInstance.REFUSE;
    private long walWarningBytes = WAL_WARNING_BYTES;
    private SwitchoverSettings switchover = SwitchoverSettings.DEFAULT;
    private VerificationSettings verification = VerificationSettings.DEFAULT;

    /** Begins with a name alone: the ends, the brokers, the registry, the objects and the times to retry have no default. */
    public TaskFileBuilder(String name) {
        this.name = name;
    }

    /** Begins with another task file, which is left as it is. */
    public TaskFileBuilder(TaskFile task) {
        this(task.name());
        source = task.source();
        destination = task.destination();
        kafka = task.kafka();
        topics = task.topics();
        registry = task.registry();
        converters = task.converters();
        dataDir = task.dataDir();
        objects = task.objects();
        structure = task.structure();
        ddl = task.ddl();
        snapshot = task.snapshot();
        retry = task.retry();
        precheckTimeout = task.precheckTimeout();
        secondInstance = task.secondInstance();
        walWarningBytes = task.walWarningBytes();
        switchover = task.switchover();
        verification = task.verification();
    }

    /** The source. */
    public TaskFileBuilder source(SourceSettings other) {
        source = other;
        return this;
    }

    /** The destination. */
    public TaskFileBuilder destination(DestinationSettings other) {
        destination = other;
        return this;
    }

    /** The brokers. */
    public TaskFileBuilder kafka(KafkaSettings other) {
        kafka = other;
        return this;
    }

    /** How topics are made. */
    public TaskFileBuilder topics(TopicSettings other) {
        topics = other;
        return this;
    }

    /** The schema registry. */
    public TaskFileBuilder registry(RegistrySettings other) {
        registry = other;
        return this;
    }

    /** Which objects are moved. */
    public TaskFileBuilder objects(ObjectSelection other) {
        objects = other;
        return this;
    }

    /** How schema objects are read. */
    public TaskFileBuilder precheckTimeout(Duration other) {
        precheckTimeout = other;
        return this;
    }

    /** Sets section {@code structure}. */
    public TaskFileBuilder structure(StructureSettings other) {
        structure = other;
        return this;
    }

    /** What happens when the structure of the source changes. */
    public TaskFileBuilder ddl(DdlSettings other) {
        ddl = other;
        return this;
    }

    /** How long faults are retried. */
    public TaskFileBuilder retry(RetrySettings other) {
        retry = other;
        return this;
    }

    /** Returns the task file. */
    public TaskFile build() {
        return new TaskFile(
                name,
                Objects.requireNonNull(source, "source"),
                Objects.requireNonNull(destination, "destination"),
                Objects.requireNonNull(kafka, "kafka"),
                topics,
                Objects.requireNonNull(registry, "registry"),
                converters,
                dataDir,
                Objects.requireNonNull(objects, "objects"),
                structure,
                ddl,
                snapshot,
                Objects.requireNonNull(retry, "retry"),
                precheckTimeout,
                secondInstance,
                walWarningBytes,
                switchover,
                verification,
                Optional.empty(),
                Optional.empty());
    }
}
