package org.dtssync.app.cli;

import java.util.Map;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.EmbeddedRegistry;

/** The {@code embedded} servers of a task file, and the task file with their addresses. */
final class EmbeddedServers implements AutoCloseable {

    private final TaskFile resolved;
    private final EmbeddedKafka kafka;
    private final EmbeddedRegistry registry;

    private EmbeddedServers(TaskFile resolved, EmbeddedKafka kafka, EmbeddedRegistry registry) {
        this.resolved = resolved;
        this.kafka = kafka;
        this.registry = registry;
    }

    /** Starts the embedded servers of the task file; nothing if all servers are the user's own. */
    static EmbeddedServers start(TaskFile task) {
        EmbeddedKafka kafka = null;
        EmbeddedRegistry registry = null;
        TaskFile resolved = task;
        if (task.kafka().embedded()) {
            kafka = EmbeddedKafka.start(task.dataDir().resolve("kafka"));
            resolved =
                    resolved.withKafka(new KafkaSettings(false, Map.of("bootstrap.servers", kafka.bootstrapServers())));
        }
        if (task.registry().embedded()) {
            registry = EmbeddedRegistry.start(task.dataDir().resolve("registry"));
            resolved = resolved.withRegistry(new RegistrySettings(false, registry.url(), Map.of()));
        }
        return new EmbeddedServers(resolved, kafka, registry);
    }

    /** Starts nothing, for commands that need neither. */
    static EmbeddedServers none(TaskFile task) {
        return new EmbeddedServers(task, null, null);
    }

    /** Returns the task file with the addresses of the started servers. */
    TaskFile resolved() {
        return resolved;
    }

    @Override
    public void close() {
        if (registry != null) {
            registry.close();
        }
        if (kafka != null) {
            kafka.close();
        }
    }
}
