package org.dtssync.app.quickstart;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.EmbeddedRegistry;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The four servers of a run, started in parallel. Used by one thread; {@link #close} stops every started one, also if
 * the start was interrupted.
 */
final class QuickstartServers implements AutoCloseable {

    static final int SOURCE_MAJOR = 14;
    static final int DESTINATION_MAJOR = 17;

    private static final Logger LOG = LoggerFactory.getLogger(QuickstartServers.class);
    private static final int SERVERS = 4;
    private static final long END_SECONDS = 20;
    private static final int END_TRIES = 2;

    private final Path directory;
    private final ExecutorService starters = Executors.newFixedThreadPool(SERVERS, work -> {
        Thread thread = new Thread(work, "quickstart-servers");
        thread.setDaemon(true);
        return thread;
    });
    private final Deque<Runnable> ends = new ArrayDeque<>();
    private @Nullable Started started;

    private record Started(
            EmbeddedPostgres source, EmbeddedPostgres destination, EmbeddedKafka kafka, EmbeddedRegistry registry) {}

    QuickstartServers(Path directory) {
        this.directory = directory;
    }

    /** Starts all of them and returns once they accept requests. */
    void start() throws InterruptedException {
        // The slowest first.
        Future<EmbeddedRegistry> startedRegistry =
                submit(() -> EmbeddedRegistry.start(directory.resolve("registry")), EmbeddedRegistry::crash);
        Future<EmbeddedPostgres> startedSource =
                submit(() -> postgres(SOURCE_MAJOR, "source"), EmbeddedPostgres::crash);
        Future<EmbeddedPostgres> startedDestination =
                submit(() -> postgres(DESTINATION_MAJOR, "destination"), EmbeddedPostgres::crash);
        Future<EmbeddedKafka> startedKafka =
                submit(() -> EmbeddedKafka.start(directory.resolve("kafka")), EmbeddedKafka::close);
        started = new Started(
                Waiting.on(startedSource),
                Waiting.on(startedDestination),
                Waiting.on(startedKafka),
                Waiting.on(startedRegistry));
    }

    private Started started() {
        return Objects.requireNonNull(started, "The servers are not started.");
    }

    private EmbeddedPostgres postgres(int major, String name) {
        return EmbeddedPostgres.start(
                PostgresSettings.of(major, directory.resolve(name)).withPasswords());
    }

    /** No data of a run is needed afterwards, so most servers are killed, which takes no time. */
    private <T> Future<T> submit(Callable<T> start, Consumer<T> end) {
        return starters.submit(() -> {
            T server = start.call();
            synchronized (ends) {
                ends.push(() -> end.accept(server));
            }
            return server;
        });
    }

    EmbeddedPostgres source() {
        return started().source();
    }

    EmbeddedPostgres destination() {
        return started().destination();
    }

    EmbeddedKafka kafka() {
        return started().kafka();
    }

    EmbeddedRegistry registry() {
        return started().registry();
    }

    /** Stops all started ones, the last first, even if this thread is interrupted. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        starters.shutdownNow();
        try {
            if (!starters.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A server is still starting; it ends with this process.");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        synchronized (ends) {
            while (!ends.isEmpty()) {
                end(ends.pop());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A signal to the whole process group may hit the program that stops a server, so there is a second try.
     * One that does not end then must not keep the others from it; it dies with this process.
     */
    private static void end(Runnable end) {
        for (int tries = 1; tries <= END_TRIES; tries++) {
            try {
                end.run();
                return;
            } catch (SyncException e) {
                if (tries == END_TRIES) {
                    LOG.warn("A server did not stop. error={}", e.getMessage());
                }
            }
        }
    }
}
