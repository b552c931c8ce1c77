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
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.fault.UnexpectedError;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker, with its KRaft controller, inside this process on 127.0.0.1: one node, no replication.
 *
 * <p>Its data is in the given directory and stays there when it is closed. It survives a crash of this process, but not
 * one of the machine. A fatal broker error, such as a full disk, ends this process with exit code 1, as it
 * would a separate broker. Not thread-safe.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final int NODE = 1;
    private static final int START_TIMEOUT_SECONDS = 120;
    private static final int STOP_TIMEOUT_SECONDS = 15;

    /** How long a start or stop continues after an interrupt. */
    private static final int INTERRUPTED_SECONDS = 3;

    private static final String ADVICE =
            "Check that the directory can be written, that its disk has free space and that no other task uses it.";

    private final Path directory;
    private final Map<String, String> configuration;
    private final String bootstrapServers;
    private @Nullable FileChannel lock;
    private @Nullable KafkaRaftServer server;

    private EmbeddedKafka(Path directory, Map<String, String> overrides) {
        this.directory = directory.toAbsolutePath();
        this.bootstrapServers = "127.0.0.1:" + FreePort.find();
        this.configuration = configuration("127.0.0.1:" + FreePort.find());
        configuration.putAll(overrides);
    }

    /** Starts a broker with the default settings and the existing data of the directory. */
    public static EmbeddedKafka start(Path directory) {
        return start(directory, Map.of());
    }

    /**
     * Starts a broker, with the existing data of the directory, and returns once it accepts requests.
     *
     * @param directory where it keeps its data; created if missing
     * @param overrides broker properties that differ from the defaults here, such as {@code message.max.bytes}
     * @throws SyncException if it does not start
     */
    public static EmbeddedKafka start(Path directory, Map<String, String> overrides) {
        EmbeddedKafka kafka = new EmbeddedKafka(directory, overrides);
        kafka.start();
        return kafka;
    }

    /**
     * The same, with a second port whose clients come back over another one, such as that of a proxy in front of it. The broker
     * itself does not use it.
     *
     * @param port the second port, one that nothing listens on
     * @param advertisedPort the port of 127.0.0.1 that clients of the second one get
     */
    public static EmbeddedKafka startBehind(
            Path directory, Map<String, String> overrides, int port, int advertisedPort) {
        EmbeddedKafka kafka = new EmbeddedKafka(directory, overrides);
        kafka.configuration.merge("listeners", "BEHIND://127.0.0.1:" + port, EmbeddedKafka::joined);
        kafka.configuration.merge(
                "advertised.listeners", "BEHIND://127.0.0.1:" + advertisedPort, EmbeddedKafka::joined);
        kafka.configuration.merge("listener.security.protocol.map", "BEHIND:PLAINTEXT", EmbeddedKafka::joined);
        kafka.start();
        return kafka;
    }

    private static String joined(String before, String more) {
        return before + "," + more;
    }

    /** Returns host and port for clients; the same after every restart of this instance. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Returns whether it is running. */
    public boolean running() {
        return server != null;
    }

    /** Restarts it on the same ports and data. Does nothing if it is running. */
    public void start() {
        if (running()) {
            return;
        }
        lock();
        server = within(START_TIMEOUT_SECONDS, "start", this::startServer);
    }

    /** Stops it in an orderly way; its data stays. Does nothing if it is stopped. */
    public void stop() {
        KafkaRaftServer stopping = server;
        if (stopping == null) {
            return;
        }
        server = null;
        within(STOP_TIMEOUT_SECONDS, "stop", () -> {
            stopping.shutdown();
            stopping.awaitShutdown();
            return stopping;
        });
        unlock();
    }

    /** Stops it in an orderly way; its data stays. */
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

    /** Kafka's internal topics need three replicas by default. */
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

    /** The defaults are for a dedicated machine: 128 MB for the log cleaner alone, and threads for hundreds of clients. */
    private static void putSmall(Map<String, String> all) {
        all.put("log.cleaner.dedupe.buffer.size", "2097152");
        all.put("log.cleaner.io.buffer.size", "131072");
        all.put("log.index.size.max.bytes", "2097152");
        all.put("num.network.threads", "2");
        all.put("num.io.threads", "3");
        all.put("background.threads", "2");
        all.put("num.recovery.threads.per.data.dir", "2");
    }

    /** Kafka takes a lock too, but ends the process if it does not get it. */
    private void lock() {
        try {
            PrivateDirectory.create(directory);
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
     * Kafka 4.3 converts its own names to upper case with the default locale, and recognizes none of them if that is
     * Turkish. The locale is changed while the broker starts; our code does not depend on it.
     */
    private KafkaRaftServer startServer() throws Exception {
        Locale language = Locale.getDefault();
        Locale.setDefault(Locale.ROOT);
        try {
            Exit.setHaltProcedure((status, message) -> end(message));
            Exit.setExitProcedure((status, message) -> end(message));
            format();
            KafkaRaftServer created = new KafkaRaftServer(new KafkaConfig(configuration, false), Time.SYSTEM);
            created.startup();
            return created;
        } finally {
            Locale.setDefault(language);
        }
    }

    /** Kafka ends the process at a fatal error, such as a full disk. */
    private void end(@Nullable String why) {
        System.err.println("The embedded Kafka broker in " + directory + " failed, and the process with it"
                + (why == null || why.isBlank() ? "" : ": " + why.strip())
                + (why == null || !why.strip().endsWith(".") ? ". " : " ")
                + ADVICE);
        System.err.flush();
        Runtime.getRuntime().halt(1);
    }

    /**
     * Kafka's start and stop may wait for minutes, in places forever. An interrupt does not end them: aborted in the
     * middle, a start leaves a broker that cannot be stopped. The thread remains interrupted.
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
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw fault(act, UnexpectedError.name(cause), cause);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw fault(act, "it took too long", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private SyncException fault(String act, String why, @Nullable Throwable cause) {
        return new SyncException(
                FaultKind.INTERNAL,
                "The embedded Kafka broker in " + directory + " did not " + act + ": " + why + ".",
                ADVICE,
                cause);
    }
}
