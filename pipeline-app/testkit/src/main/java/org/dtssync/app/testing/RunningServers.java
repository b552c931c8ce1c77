package org.dtssync.app.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.io.FileUtils;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.EmbeddedRegistry;
import org.dtssync.app.embedded.PostgresSettings;

/** The servers of one test run, each started when first asked for; closed by JUnit when the run ends. Thread-safe. */
final class RunningServers implements AutoCloseable {

    private final Path directory;
    private final Deque<Runnable> stops = new ArrayDeque<>();
    private final Map<Integer, EmbeddedPostgres> postgres = new HashMap<>();
    private EmbeddedKafka kafka;
    private EmbeddedRegistry registry;

    RunningServers() {
        try {
            directory = Files.createTempDirectory("dts-sync-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized EmbeddedPostgres postgres(int major) {
        EmbeddedPostgres server = postgres.get(major);
        if (server == null) {
            server = EmbeddedPostgres.start(PostgresSettings.of(major, directory.resolve("postgresql-" + major))
                    .with("max_connections", "200")
                    .with("max_replication_slots", "50")
                    .with("max_wal_senders", "50")
                    .withPasswords());
            postgres.put(major, server);
            stops.push(server::close);
        }
        return server;
    }

    synchronized EmbeddedKafka kafka() {
        if (kafka == null) {
            kafka = EmbeddedKafka.start(directory.resolve("kafka"));
            stops.push(kafka::close);
        }
        return kafka;
    }

    synchronized EmbeddedRegistry registry() {
        if (registry == null) {
            registry = EmbeddedRegistry.start(directory.resolve("registry"));
            stops.push(registry::close);
        }
        return registry;
    }

    @Override
    public synchronized void close() throws IOException {
        while (!stops.isEmpty()) {
            stops.pop().run();
        }
        FileUtils.deleteDirectory(directory.toFile());
    }
}
