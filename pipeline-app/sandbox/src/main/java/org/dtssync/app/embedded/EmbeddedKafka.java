package org.dtssync.app.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;

/**
 * A real Kafka broker, with its KRaft controller, inside this process on 127.0.0.1: one node, no replication.
 *
 * <p>Its data lie in the directory it is given and stay there when it is closed. They outlive a crash of this process, not
 * one of the machine. A fault the broker cannot live with, such as a full disk, ends this process with exit code 1, as it
 * would a broker of its own. Not thread-safe.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final int NODE = 1;
    private static final int START_TIMEOUT_SECONDS = 120;
    private static final int STOP_TIMEOUT_SECONDS = 15;

    /** How long a start or stop goes on after an interrupt. */
    private static final int INTERRUPTED_SECONDS = 3;

    private final Path directory;
    private final Map<String, String> configuration;
    private final String bootstrapServers;
    private FileChannel lock;
    private KafkaRaftServer server;

    private EmbeddedKafka(Path directory, Map<String, String> overrides) {
        this.directory = directory.toAbsolutePath();
        this.bootstrapServers = "127.0.0.1:" + FreePort.find();
        this.configuration = configuration("127.0.0.1:" + FreePort.find());
        configuration.putAll(overrides);
    }

    /** Starts a broker with the default settings, continuing what the directory holds. */
    public static EmbeddedKafka start(Path directory) {
        return start(directory, Map.of());
    }

    /**
     * Starts a broker, continuing what the directory holds, and returns once it takes requests.
     *
     * @param directory where it keeps its data; made if missing
     * @param overrides broker properties that differ from the defaults here, such as {@code message.max.bytes}
     * @throws SyncException if it does not start
     */
    public static EmbeddedKafka start(Path directory, Map<String, String> overrides) {
        EmbeddedKafka kafka = new EmbeddedKafka(directory, overrides);
        kafka.start();
        return kafka;
    }

    /** Returns host and port for clients; the same after every restart of this instance. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Returns whether it was started and not stopped since. */
    public boolean running() {
        return server != null;
    }

    /** Starts it again on the same ports and data. Does nothing where it runs. */
    public void start() {
        if (running()) {
            return;
        }
        lock();
        server = within(START_TIMEOUT_SECONDS, "start", this::startServer);
    }

    /** Stops it in order; its data stay. Does nothing where it is stopped. */
    public void stop() {
        if (!running()) {
            return;
        }
        KafkaRaftServer stopping = server;
        server = null;
        within(STOP_TIMEOUT_SECONDS, "stop", () -> {
            stopping.shutdown();
            stopping.awaitShutdown();
            return stopping;
        });
        unlock();
    }

    /** Stops it in order; its data stay. */
    @Override
    public void close() {
        stop();
    }

    private Map<String, String> configuration(String controller) {
        Map<String, String> all = new HashMap<>();
        all.put("process.roles", "broker,controller");
        all.put("node.id", Integer.toString(NODE));
        all.put("controller.quorum.voters", NODE + "@" + controller);
        all.put("listeners", "PLAINTEXT://" + bootstrapServers + ",CONTROLLER://" + controller);
        all.put("advertised.listeners", "PLAINTEXT://" + bootstrapServers);
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        all.put("inter.broker.listener.name", "PLAINTEXT");
        all.put("controller.listener.names", "CONTROLLER");
        all.put("log.dirs", directory.toString());
        all.put("auto.create.topics.enable", "false");
        putSingleNode(all);
        putSmall(all);
        return all;
    }

    /** The topics Kafka makes for itself want three replicas unless told otherwise. */
    private static void putSingleNode(Map<String, String> all) {
        all.put("offsets.topic.replication.factor", "1");
        all.put("offsets.topic.num.partitions", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("transaction.state.log.num.partitions", "1");
        all.put("share.coordinator.state.topic.replication.factor", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.put("share.coordinator.state.topic.num.partitions", "1");
        all.put("group.initial.rebalance.delay.ms", "0");
    }

    /** The defaults are for a machine of its own: 128 MB for the cleaner alone, and threads for hundreds of clients. */
    private static void putSmall(Map<String, String> all) {
        all.put("log.cleaner.dedupe.buffer.size", "2097152");
        all.put("log.cleaner.io.buffer.size", "131072");
        all.put("log.index.size.max.bytes", "2097152");
        all.put("num.network.threads", "2");
        all.put("num.io.threads", "3");
        all.put("background.threads", "2");
        all.put("num.recovery.threads.per.data.dir", "2");
    }

    /** Kafka takes a lock too, but ends the process where it does not get it. */
    private void lock() {
        try {
            Files.createDirectories(directory);
            lock = FileChannel.open(
                    directory.resolve("dts-sync.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            unlock();
            throw fault("start", "another broker of this process uses the directory", e);
        } catch (IOException e) {
            unlock();
            throw fault("start", String.valueOf(e.getMessage()), e);
        }
        unlock();
        throw fault("start", "another broker uses the directory", null);
    }

    private void unlock() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock = null;
        }
    }

    private void format() throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try (PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(silent)
                    .setNodeId(NODE)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .run();
        }
    }

    /**
     * Kafka 4.3 turns names of its own into upper case by the machine's language, and knows none of them where that is
     * Turkish. The language is changed while the broker starts; nothing of ours depends on it.
     */
    private KafkaRaftServer startServer() throws Exception {
        Locale language = Locale.getDefault();
        Locale.setDefault(Locale.ROOT);
        try {
            format();
            KafkaRaftServer created = new KafkaRaftServer(new KafkaConfig(configuration, false), Time.SYSTEM);
            created.startup();
            return created;
        } finally {
            Locale.setDefault(language);
        }
    }

    /**
     * Kafka's own start and stop wait for minutes, in places for ever. An interrupt does not end them: broken off in its
     * middle, a start leaves a broker that cannot be stopped. The thread stays interrupted.
     */
    private KafkaRaftServer within(int seconds, String act, Callable<KafkaRaftServer> work) {
        FutureTask<KafkaRaftServer> task = new FutureTask<>(work);
        Thread thread = new Thread(task, "embedded-kafka-" + act);
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return task.get(interrupted ? INTERRUPTED_SECONDS : seconds, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw fault(act, String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (TimeoutException e) {
            thread.interrupt();
            throw fault(act, "it took too long", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private SyncException fault(String act, String why, Throwable cause) {
        return new SyncException(
                FaultKind.INTERNAL,
                "The embedded Kafka broker in " + directory + " did not " + act + ": " + why + ".",
                "Check that the directory can be written and that no other task uses it.",
                cause);
    }
}
