package org.dtssync.app.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.FreePort;
import org.jspecify.annotations.Nullable;

/**
 * A broker in a separate process, which can be stopped, killed and restarted on the same ports and data. It directs clients
 * through a link. Not thread-safe.
 */
final class Broker implements AutoCloseable {

    private static final String READY = "broker takes requests";
    private static final long START_TIMEOUT_SECONDS = 180;
    private static final int START_ATTEMPTS = 3;
    private static final long STOP_TIMEOUT_SECONDS = 30;
    private static final long POLL_MILLIS = 50;

    private final Path directory;
    private final int port = FreePort.find();
    private final int internalPort = FreePort.find();
    private final int controllerPort = FreePort.find();
    private final Link link = Link.to("broker", port);
    private @Nullable Process process;
    private int starts;

    Broker(Path directory) {
        this.directory = directory;
    }

    /** Returns the link that clients come through. */
    Link link() {
        return link;
    }

    /** Returns the address for clients. */
    String bootstrapServers() {
        return "127.0.0.1:" + link.port();
    }

    /**
     * Starts it, continuing what its directory holds, and returns once it takes requests. On a loaded machine Kafka may give a
     * start up by itself; then it is started again.
     */
    void start() throws IOException, InterruptedException {
        Files.createDirectories(directory);
        for (int attempt = 1; !takesRequests(); attempt++) {
            if (attempt == START_ATTEMPTS) {
                throw new ChaosException("The broker did not start. See " + log() + ".");
            }
        }
    }

    private boolean takesRequests() throws IOException, InterruptedException {
        starts++;
        process = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (!Files.readString(log()).contains(READY)) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                kill();
                return false;
            }
        }
        return true;
    }

    private Process process() {
        return Objects.requireNonNull(process, "The broker was not started.");
    }

    private Path log() {
        return directory.resolveSibling("broker-" + starts + ".log");
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(Java.command("-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Broker.class.getName()));
        command.add(directory.toString());
        for (int each : new int[] {port, internalPort, controllerPort, link.port()}) {
            command.add(Integer.toString(each));
        }
        return command;
    }

    /** Ends it in order. */
    void stop() throws IOException, InterruptedException {
        process().getOutputStream().close();
        if (!process().waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            kill();
        }
    }

    /** Ends it with {@code kill -9}. */
    void kill() throws InterruptedException {
        process().destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
        link.close();
    }

    /** The process: runs a broker until its input ends. Arguments: directory and the four ports. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(Path.of(arguments[0]), overrides(arguments))) {
            System.out.println(READY);
            while (System.in.read() >= 0) {
                // Only the end of the input matters.
            }
        }
        Runtime.getRuntime().halt(0);
    }

    /** The broker's own requests go past the link, or a frozen link would freeze the broker itself. */
    private static Map<String, String> overrides(String[] arguments) {
        String controller = "127.0.0.1:" + arguments[3];
        Map<String, String> overrides = new HashMap<>();
        overrides.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + arguments[1] + ",INTERNAL://127.0.0.1:" + arguments[2] + ",CONTROLLER://"
                        + controller);
        overrides.put(
                "advertised.listeners",
                "PLAINTEXT://127.0.0.1:" + arguments[4] + ",INTERNAL://127.0.0.1:" + arguments[2]);
        overrides.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT");
        overrides.put("inter.broker.listener.name", "INTERNAL");
        overrides.put("controller.quorum.voters", "1@" + controller);
        overrides.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        // A killed broker may return with its id only after this time.
        overrides.put("broker.session.timeout.ms", "4000");
        overrides.put("broker.heartbeat.interval.ms", "500");
        return overrides;
    }
}
