package org.dtssync.app.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.ServiceLoader;
import org.dtssync.app.config.EmbeddedServerProvider;
import org.dtssync.app.config.EmbeddedServerProvider.Server;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/** The servers that a task file asks for with {@code embedded}, and the task file with their addresses. */
final class EmbeddedServers implements AutoCloseable {

    private final Deque<Server> started = new ArrayDeque<>();
    private TaskFile resolved;

    private EmbeddedServers(TaskFile task) {
        this.resolved = task;
    }

    /**
     * Starts what the task file asks for; nothing where all servers are the user's own.
     *
     * @throws SyncException if this distribution has no embedded servers, or one does not start
     */
    static EmbeddedServers start(TaskFile task) {
        EmbeddedServers servers = new EmbeddedServers(task);
        if (asksFor(task)) {
            try {
                servers.startWith(provider());
            } catch (RuntimeException e) {
                servers.close();
                throw e;
            }
        }
        return servers;
    }

    /** Starts nothing, for commands that need neither. */
    static EmbeddedServers none(TaskFile task) {
        return new EmbeddedServers(task);
    }

    /**
     * Checks that a run could start what the task file asks for, and starts nothing.
     *
     * @throws SyncException if this distribution has no embedded servers
     */
    static void require(TaskFile task) {
        if (asksFor(task)) {
            provider();
        }
    }

    /** Returns the task file with the addresses of what was started. */
    TaskFile resolved() {
        return resolved;
    }

    private static boolean asksFor(TaskFile task) {
        return task.kafka().embedded() || task.registry().embedded();
    }

    private static EmbeddedServerProvider provider() {
        return ServiceLoader.load(EmbeddedServerProvider.class)
                .findFirst()
                .orElseThrow(() -> new SyncException(
                        FaultKind.USAGE,
                        "The task file asks for embedded servers, which come with the quickstart's distribution only.",
                        "Give the addresses of your brokers and your registry in kafka and registry."));
    }

    private void startWith(EmbeddedServerProvider provider) {
        if (resolved.kafka().embedded()) {
            Server kafka = provider.startKafka(resolved.dataDir().resolve("kafka"));
            started.push(kafka);
            resolved = resolved.withKafka(new KafkaSettings(false, Map.of("bootstrap.servers", kafka.address())));
        }
        if (resolved.registry().embedded()) {
            Server registry = provider.startRegistry(resolved.dataDir().resolve("registry"));
            started.push(registry);
            resolved = resolved.withRegistry(new RegistrySettings(false, registry.address(), Map.of()));
        }
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            started.pop().close();
        }
    }
}
