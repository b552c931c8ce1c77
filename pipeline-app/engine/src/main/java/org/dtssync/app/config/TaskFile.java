package org.dtssync.app.config;

import java.nio.file.Path;
import java.util.Optional;
import org.dtssync.schemas.TaskName;

/**
 * Everything a task is told: one record a section of the task file, secrets resolved, defaults filled in.
 *
 * @param name names the slot, the topics and the state
 * @param source the database that is moved
 * @param destination the database it is moved to
 * @param kafka the brokers
 * @param topics how topics are created
 * @param registry the schema registry
 * @param converters the Kafka Connect converters of keys and values
 * @param dataDir where embedded parts keep their data, never null
 * @param objects which objects are moved
 * @param snapshot how history is loaded
 * @param retry how long faults are retried
 * @param secondInstance what a second instance of the task does
 * @param walWarningBytes size of the WAL kept for the slot, in bytes, from which a warning is given
 * @param switchover how applications are moved
 * @param verification how both databases are compared
 * @param mirrorOf the task in the other direction that this one mirrors; empty if it is no mirror
 * @param metrics where the metrics of a run can be read; empty if nowhere
 */
public record TaskFile(
        String name,
        SourceSettings source,
        DestinationSettings destination,
        KafkaSettings kafka,
        TopicSettings topics,
        RegistrySettings registry,
        ConverterSettings converters,
        Path dataDir,
        ObjectSelection objects,
        SnapshotSettings snapshot,
        RetrySettings retry,
        SecondInstance secondInstance,
        long walWarningBytes,
        SwitchoverSettings switchover,
        VerificationSettings verification,
        Optional<String> mirrorOf,
        Optional<MetricsSettings> metrics) {

    /** Returns the name with all that follows from it. */
    public TaskName taskName() {
        return new TaskName(name);
    }

    /** Returns the name of the task whose transactions at the source this one leaves out. */
    public String mirroredName() {
        return mirrorOf.orElseGet(() -> taskName().reverse().text());
    }

    /** Returns the name of the replication slot. */
    public String slot() {
        return taskName().slot();
    }

    /** Returns the name of the publication, which is the slot's too. */
    public String publication() {
        return taskName().publication();
    }

    /** Returns the application name of every session of the task, by which a successor finds them. */
    public String applicationName() {
        return taskName().applicationName();
    }

    /** Returns the same task with other brokers. */
    public TaskFile withKafka(KafkaSettings other) {
        return with(other, registry, switchover, mirrorOf);
    }

    /** Returns the same task with another registry. */
    public TaskFile withRegistry(RegistrySettings other) {
        return with(kafka, other, switchover, mirrorOf);
    }

    /** Returns the same task with other settings of its switchover. */
    public TaskFile withSwitchover(SwitchoverSettings other) {
        return with(kafka, registry, other, mirrorOf);
    }

    /** Returns the same task as the mirror of another one. */
    public TaskFile asMirrorOf(String first) {
        return with(kafka, registry, switchover, Optional.of(first));
    }

    private TaskFile with(
            KafkaSettings brokers, RegistrySettings schemas, SwitchoverSettings moving, Optional<String> first) {
        return new TaskFile(
                name,
                source,
                destination,
                brokers,
                topics,
                schemas,
                converters,
                dataDir,
                objects,
                snapshot,
                retry,
                secondInstance,
                walWarningBytes,
                moving,
                verification,
                first,
                metrics);
    }
}
