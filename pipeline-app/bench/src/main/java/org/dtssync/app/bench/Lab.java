package org.dtssync.app.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.commons.io.FileUtils;
import org.dtssync.app.embedded.EmbeddedRegistry;
import org.jspecify.annotations.Nullable;

/** The servers that every contender of one run is measured with. Not thread-safe. */
final class Lab implements AutoCloseable {

    private static final int START_TIMEOUT_MILLIS = 60_000;

    private final Layout layout;
    private final Path directory;
    private final Deque<Runnable> stops = new ArrayDeque<>();
    private final Server source;
    private final Server destination;
    private final Child broker;
    private final String bootstrapServers;
    private final EmbeddedRegistry registry;

    private Lab(Layout layout, BiFunction<Path, Conditions, Server> start, @Nullable Distance distance) {
        this.layout = layout;
        this.directory = layout.newDirectory();
        try {
            source = keep(start.apply(directory.resolve("source"), layout.conditions()));
            destination = keep(start.apply(directory.resolve("destination"), layout.conditions()));
            registry = EmbeddedRegistry.start(directory.resolve("registry"));
            stops.push(registry::close);
            broker = startBroker(distance);
            stops.push(broker::close);
            bootstrapServers = awaitBroker(broker);
            if (distance != null) {
                distance.connect(source, destination);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts two servers of the same kind, a broker and a registry in a new directory. */
    static Lab open(Layout layout) {
        return new Lab(layout, (data, conditions) -> Server.embedded(17, data, conditions), null);
    }

    /** The same, with links in front of the servers; the broker is reached over its link alone. */
    static Lab open(Layout layout, Distance distance) {
        return new Lab(layout, (data, conditions) -> Server.embedded(17, data, conditions), distance);
    }

    /** The same with servers of the version 15 that the system has. */
    static Lab openInstalled(Layout layout) {
        return new Lab(layout, InstalledServer::start, null);
    }

    private Server keep(Server server) {
        stops.push(server::close);
        return server;
    }

    private Child startBroker(@Nullable Distance distance) {
        List<String> arguments =
                new ArrayList<>(List.of(directory.resolve("kafka").toString()));
        if (distance != null) {
            arguments.add(distance.brokerPorts());
        }
        return Child.start(
                "broker",
                directory,
                Map.of(),
                layout.java(
                        List.of("-Xmx384m", "-XX:+UseSerialGC"),
                        layout.classPath(),
                        Broker.class,
                        arguments.toArray(String[]::new)));
    }

    private static String awaitBroker(Child broker) {
        long deadline = System.currentTimeMillis() + START_TIMEOUT_MILLIS;
        while (System.currentTimeMillis() < deadline) {
            broker.requireAlive();
            Optional<String> line = lines(broker.log()).stream()
                    .filter(each -> each.startsWith(Broker.READY))
                    .findFirst();
            if (line.isPresent()) {
                return line.get().substring(Broker.READY.length());
            }
            Pause.millis(50);
        }
        throw new BenchException("The broker did not start. See " + broker.log() + ".");
    }

    static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Layout layout() {
        return layout;
    }

    Path directory() {
        return directory;
    }

    Server source() {
        return source;
    }

    Server destination() {
        return destination;
    }

    Child broker() {
        return broker;
    }

    /** Returns the processor time of broker and registry so far, in seconds. */
    double kafkaCpuSeconds() {
        return broker.cpuSeconds() + ProcessTimes.ofTree(registry.pid());
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    String registryUrl() {
        return registry.url();
    }

    @Override
    public void close() {
        while (!stops.isEmpty()) {
            stops.pop().run();
        }
        if (!layout.keep()) {
            FileUtils.deleteQuietly(directory.toFile());
        }
    }
}
