package org.dtssync.app.config;

import java.nio.file.Path;

/**
 * Starts the servers that a task file asks for with {@code embedded}.
 *
 * <p>Found by {@link java.util.ServiceLoader}: what runs in production has none on its class path, the quickstart's distribution
 * has one. Implementations are stateless; they throw {@link org.dtssync.connectors.fault.SyncException} where a server does
 * not start.
 */
public interface EmbeddedServerProvider {

    /**
     * A server that runs inside this process or as its child.
     *
     * @param address where clients reach it: brokers as host:port, or the base URL of the registry
     * @param stop stops it
     */
    record Server(String address, Runnable stop) implements AutoCloseable {
        @Override
        public void close() {
            stop.run();
        }
    }

    /** Starts a broker that keeps its data in the directory. */
    Server startKafka(Path directory);

    /** Starts a schema registry that keeps its data in the directory. */
    Server startRegistry(Path directory);
}
