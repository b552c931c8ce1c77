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
import org.jspecify.annotations.Nullable;

/** The servers of one test run, each started when first asked for; closed by JUnit when the run ends. Thread-safe. */
final class RunningServers implements AutoCloseable {

    private final Path directory;
    private final Deque<Runnable> stops = new ArrayDeque<>();
    private final Map<Wanted, EmbeddedPostgres> postgres = new HashMap<>();
    private @Nullable EmbeddedKafka kafka;
    private @Nullable EmbeddedRegistry registry;

    /**
     * A PostgreSQL server that a test asks for.
     *
     * @param major its major version
     * @param settings settings of its own; those of the common server if it has none
     */
    private record Wanted(int major, Map<String, String> settings) {}

    RunningServers() {
        try {
            directory = Files.createTempDirectory("dts-sync-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized EmbeddedPostgres postgres(int major) {
        return postgres(
                new Wanted(major, Map.of()),
                PostgresSettings.of(major, directory.resolve("postgresql-" + major))
                        .with("max_connections", "200")
                        .with("max_replication_slots", "50")
                        .with("max_wal_senders", "50")
                        .withPasswords());
    }

    synchronized EmbeddedPostgres postgres(int major, Map<String, String> settings) {
        Path own = directory.resolve("postgresql-" + major + "-" + postgres.size());
        return postgres(new Wanted(major, settings), new PostgresSettings(major, own, settings, false));
    }

    private EmbeddedPostgres postgres(Wanted wanted, PostgresSettings settings) {
        EmbeddedPostgres server = postgres.get(wanted);
        if (server == null) {
            server = EmbeddedPostgres.start(settings);
            postgres.put(wanted, server);
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
