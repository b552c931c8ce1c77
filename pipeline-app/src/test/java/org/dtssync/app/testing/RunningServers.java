package org.dtssync.app.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.io.FileUtils;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.EmbeddedRegistry;
import org.dtssync.app.embedded.PostgresSettings;

/** The servers of one test run, each started when first asked for; closed by JUnit when the run ends. Thread-safe. */
final class RunningServers implements AutoCloseable {

    private final Path directory;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
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
        return postgres.computeIfAbsent(
                major,
                version -> remember(() ->
                        EmbeddedPostgres.start(PostgresSettings.of(version, directory.resolve("postgresql-" + version))
                                .withPasswords())));
    }

    synchronized EmbeddedKafka kafka() {
        if (kafka == null) {
            kafka = remember(() -> EmbeddedKafka.start(directory.resolve("kafka")));
        }
        return kafka;
    }

    synchronized EmbeddedRegistry registry() {
        if (registry == null) {
            registry = remember(() -> EmbeddedRegistry.start(directory.resolve("registry")));
        }
        return registry;
    }

    private <T extends AutoCloseable> T remember(Supplier<T> start) {
        T server = start.get();
        started.push(server);
        return server;
    }

    @Override
    public synchronized void close() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
        FileUtils.deleteDirectory(directory.toFile());
    }
}
