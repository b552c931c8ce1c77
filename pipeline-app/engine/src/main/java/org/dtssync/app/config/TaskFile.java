package org.dtssync.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.dtssync.schemas.TaskName;

/**
 * All settings of a task: one record per section of the task file, secrets resolved, defaults filled in.
 *
 * @param name names the slot, the topics and the state
 * @param source the database to migrate
 * @param destination the database to migrate to
 * @param kafka the brokers
 * @param topics how topics are created
 * @param registry the schema registry
 * @param converters the Kafka Connect converters of keys and values
 * @param dataDir where embedded servers keep their data, never null
 * @param objects which objects are migrated
 * @param structure how schema objects are read
 * @param ddl what happens when the structure of the source changes
 * @param snapshot how existing rows are copied
 * @param retry how long faults are retried
 * @param precheckTimeout how long the precheck waits for a server
 * @param secondInstance what a second instance of the task does
 * @param walWarningBytes size of the WAL retained for the slot, in bytes, that triggers a warning
 * @param switchover how applications are moved
 * @param verification how both databases are verified
 * @param mirrorOf the task in the opposite direction that this one mirrors; empty if it is not a mirror
 * @param metrics where a run serves its metrics; empty if nowhere
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
        StructureSettings structure,
        DdlSettings ddl,
        SnapshotSettings snapshot,
        RetrySettings retry,
        Duration precheckTimeout,
        SecondInstance secondInstance,
        long walWarningBytes,
        SwitchoverSettings switchover,
        VerificationSettings verification,
        Optional<String> mirrorOf,
        Optional<MetricsSettings> metrics) {

    /** Returns the name with all names derived from it. */
    public TaskName taskName() {
        return new TaskName(name);
    }

    /** Returns the name of the task whose transactions at the source this one ignores. */
    public String mirroredName() {
        return mirrorOf.orElseGet(() -> taskName().reverse().text());
    }

    /** Returns the name of the replication slot. */
    public String slot() {
        return taskName().slot();
    }

    /** Returns the name of the publication, which equals that of the slot. */
    public String publication() {
        return taskName().publication();
    }

    /** Returns the application name of every session of the task, by which a successor finds them. */
    public String applicationName() {
        return taskName().applicationName();
    }

    /** Returns the same task with other brokers. */
    public TaskFile withKafka(KafkaSettings other) {
        return with(name, other, registry, switchover, mirrorOf);
    }

    /** Returns the same task with another registry. */
    public TaskFile withRegistry(RegistrySettings other) {
        return with(name, kafka, other, switchover, mirrorOf);
    }

    /** Returns the same task with other settings of its switchover. */
    public TaskFile withSwitchover(SwitchoverSettings other) {
        return with(name, kafka, registry, other, mirrorOf);
    }

    /** Returns the same task as the mirror of another one. */
    public TaskFile asMirrorOf(String first) {
        return with(name, kafka, registry, switchover, Optional.of(first));
    }

    /** Returns the task in the opposite direction, for what reads its topics alone. */
    public TaskFile reversed() {
        return with(taskName().reverse().text(), kafka, registry, switchover, mirrorOf);
    }

    private TaskFile with(
            String called,
            KafkaSettings brokers,
            RegistrySettings schemas,
            SwitchoverSettings moving,
            Optional<String> first) {
        return new TaskFile(
                called,
                source,
                destination,
                brokers,
                topics,
                schemas,
                converters,
                dataDir,
                objects,
                structure,
                ddl,
                snapshot,
                retry,
                precheckTimeout,
                secondInstance,
                walWarningBytes,
                moving,
                verification,
                first,
                metrics);
    }
}
