package org.dtssync.app.task;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.progress.ProgressStore;
import org.dtssync.app.progress.StructureRecords;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.avro.RegistryClientSettings;
import org.dtssync.connectors.avro.SchemaRegistryClient;
import org.dtssync.connectors.capture.CaptureSettings;
import org.dtssync.connectors.capture.CapturedTable;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.ReplicationSlot;

/**
 * What the parts of one task are made of: connections, converters, state. Immutable; thread-safe.
 *
 * @param task the task file, with embedded servers resolved to their addresses
 * @param source connections to the source
 * @param destination connections to the destination
 * @param progress the task's state
 * @param registry the schema registry as all parts reach it
 * @param budgets how much is held in memory at a time, and how often the structure is looked at
 * @param listener told of what the parts do
 */
public record TaskParts(
        TaskFile task,
        DatabaseConnections source,
        DatabaseConnections destination,
        ProgressStore progress,
        SharedRegistry registry,
        Budgets budgets,
        PipelineListener listener) {

    /** Puts the parts together for an instance that writes. */
    public static TaskParts of(TaskFile task) {
        return of(task, task.applicationName());
    }

    /**
     * Puts the parts together.
     *
     * @param applicationName of the sessions; those of an instance that writes are ended by its successor
     */
    public static TaskParts of(TaskFile task, String applicationName) {
        return of(task, applicationName, "source", "destination");
    }

    private static TaskParts of(TaskFile task, String applicationName, String from, String to) {
        DatabaseConnections source = new DatabaseConnections(from, task.source().database(), applicationName);
        DatabaseConnections destination =
                new DatabaseConnections(to, task.destination().database(), applicationName);
        return new TaskParts(
                task,
                source,
                destination,
                new ProgressStore(destination, task.name()),
                new SharedRegistry(task.registry()),
                Budgets.DEFAULT,
                PipelineListener.NONE);
    }

    /** Returns the same parts with other budgets. */
    public TaskParts with(Budgets other) {
        return new TaskParts(task, source, destination, progress, registry, other, listener);
    }

    /** Returns the same parts, which tell another listener what they do. */
    public TaskParts toldTo(PipelineListener other) {
        return new TaskParts(task, source, destination, progress, registry, budgets, other);
    }

    /** Returns the parts of the task in the other direction. */
    public TaskParts reversed() {
        // People call both databases what the task file calls them, whichever way the data goes.
        TaskFile reversed = task.reversed();
        return of(reversed, reversed.applicationName(), destination.role(), source.role())
                .toldTo(listener);
    }

    public ReplicationSlot slot() {
        return new ReplicationSlot(task.slot());
    }

    public StructureRecords structures() {
        return new StructureRecords(destination, task.name());
    }

    public Retry retry() {
        return new Retry(task.retry(), listener);
    }

    public CaptureSettings captureSettings(List<CapturedTable> tables) {
        return new CaptureSettings(
                task.name(),
                task.source().database(),
                task.slot(),
                task.publication(),
                task.applicationName(),
                tables,
                task.kafka().properties(),
                new CaptureSettings.Topics(
                        task.topics().replicationFactor(),
                        task.topics().retentionMillis(),
                        task.topics().config()),
                budgets.cut(),
                Optional.of(task.mirroredName()));
    }

    public CutCodec cutCodec() {
        return new CutCodec(registry.client(), task.name());
    }

    public Converter keyConverter() {
        return converter(task.converters().keyConverter(), task.converters().keyProperties(), true);
    }

    public Converter valueConverter() {
        return converter(task.converters().valueConverter(), task.converters().valueProperties(), false);
    }

    /** By Kafka Connect's own convention; ours unless the task file names another. */
    private Converter converter(String className, Map<String, String> own, boolean isKey) {
        Map<String, String> properties = registry.properties();
        properties.put(AvroConverter.OWN_TOPIC_PREFIX, task.name() + ".");
        properties.putAll(own);
        Converter converter = className == null ? ours(properties) : make(className, isKey);
        converter.configure(properties, isKey);
        return converter;
    }

    /** What one of them has asked the registry is not asked again by another, unless the task file tells it another one. */
    private Converter ours(Map<String, String> properties) {
        SchemaRegistryClient shared = registry.client();
        return shared.isReachedBy(RegistryClientSettings.from(properties))
                ? new AvroConverter(shared)
                : new AvroConverter();
    }

    private static Converter make(String className, boolean isKey) {
        try {
            return Class.forName(className)
                    .asSubclass(Converter.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new SyncException(
                    FaultKind.USAGE,
                    (isKey ? "key" : "value") + ".converter " + className + " cannot be used: " + e + ".",
                    "Put its jar into the lib directory of dts-sync, or remove the key from the task file.",
                    e);
        }
    }
}
