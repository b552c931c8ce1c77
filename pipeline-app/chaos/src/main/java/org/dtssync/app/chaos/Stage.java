package org.dtssync.app.chaos;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.EmbeddedRegistry;
import org.dtssync.app.embedded.PostgresSettings;

/**
 * Real servers of a run's own, each of which can be ended and started again on the same port and data, and a link in front of
 * each. Not thread-safe.
 */
final class Stage implements AutoCloseable {

    static final String TASK = "chaos";

    /** After so long the broker ends a transaction that is left open: less than a freeze may last. */
    static final int TRANSACTION_TIMEOUT_MILLIS = 10_000;

    /** Versions of the servers. */
    record Versions(int source, int destination) {

        static final Versions USUAL = new Versions(14, 17);

        private static final List<Versions> TRIED = List.of(USUAL, new Versions(17, 18), new Versions(18, 18));

        /** Returns the versions of a seed. */
        static Versions of(long seed) {
            return TRIED.get(Math.floorMod(seed, TRIED.size()));
        }
    }

    private final Deque<Runnable> stops = new ArrayDeque<>();
    private final EmbeddedPostgres source;
    private final EmbeddedPostgres destination;
    private final Broker broker;
    private final EmbeddedRegistry registry;
    private final Link sourceLink;
    private final Link destinationLink;
    private final Link registryLink;
    private final Optional<SmallDisk> disk;

    private Stage(Path directory, Versions versions) throws IOException, InterruptedException {
        try {
            Files.createDirectories(directory);
            disk = SmallDisk.mount(directory.resolve("small-disk"));
            disk.ifPresent(mounted -> stops.push(mounted::close));
            source = keep(EmbeddedPostgres.start(PostgresSettings.of(versions.source(), directory.resolve("source"))));
            destination = keep(EmbeddedPostgres.start(
                    PostgresSettings.of(versions.destination(), directory.resolve("destination"))));
            sourceLink = keep(Link.to("source", source.port()));
            destinationLink = keep(Link.to("destination", destination.port()));
            broker = new Broker(directory.resolve("kafka"));
            stops.push(broker::close);
            broker.start();
            registry = EmbeddedRegistry.start(directory.resolve("registry"));
            stops.push(registry::close);
            registryLink = keep(Link.to("registry", URI.create(registry.url()).getPort()));
            createDatabases();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts everything in a directory. */
    static Stage open(Path directory) throws IOException, InterruptedException {
        return open(directory, Versions.USUAL);
    }

    /** Starts everything in a directory, with servers of these versions. */
    static Stage open(Path directory, Versions versions) throws IOException, InterruptedException {
        return new Stage(directory, versions);
    }

    private void createDatabases() throws IOException {
        atSource().maintain("CREATE DATABASE " + End.DATABASE + " TEMPLATE template0");
        if (disk.isEmpty()) {
            atDestination().maintain("CREATE DATABASE " + End.DATABASE + " TEMPLATE template0");
            return;
        }
        // The tables alone lie on the small disk: without space for its WAL a server ends, which is a crash like any
        // other.
        Path tables = disk.get().newDirectory("tables");
        atDestination()
                .maintain(
                        "CREATE TABLESPACE small LOCATION '" + tables + "'",
                        "CREATE DATABASE " + End.DATABASE + " TEMPLATE template0 TABLESPACE small");
    }

    private EmbeddedPostgres keep(EmbeddedPostgres server) {
        stops.push(server::close);
        return server;
    }

    private Link keep(Link link) {
        stops.push(link::close);
        return link;
    }

    EmbeddedPostgres source() {
        return source;
    }

    EmbeddedPostgres destination() {
        return destination;
    }

    Broker broker() {
        return broker;
    }

    EmbeddedRegistry registry() {
        return registry;
    }

    Link sourceLink() {
        return sourceLink;
    }

    Link destinationLink() {
        return destinationLink;
    }

    Link registryLink() {
        return registryLink;
    }

    /** Returns the disk that the destination's tables are on, where one could be mounted. */
    Optional<SmallDisk> disk() {
        return disk;
    }

    End atSource() {
        return new End(source.port());
    }

    End atDestination() {
        return new End(destination.port());
    }

    /** Returns the text of a task file all of whose connections go through the links. */
    String taskFile() {
        URI direct = URI.create(registry.url());
        return """
                name: %s
                source: { url: "%s", user: %s }
                destination: { url: "%s", user: %s }
                kafka: { bootstrap.servers: "%s", transaction.timeout.ms: "%d" }
                registry: { url: "http://127.0.0.1:%d%s" }
                objects: { include: [ "public.*" ] }
                snapshot: { chunk.rows: 400 }
                """.formatted(
                        TASK,
                        End.url(sourceLink.port()),
                        End.USER,
                        End.url(destinationLink.port()),
                        End.USER,
                        broker.bootstrapServers(),
                        TRANSACTION_TIMEOUT_MILLIS,
                        registryLink.port(),
                        direct.getPath());
    }

    @Override
    public void close() {
        while (!stops.isEmpty()) {
            stops.pop().run();
        }
    }
}
