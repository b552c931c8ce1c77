package org.dtssync.connectors.avro;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.dtssync.connectors.fault.SyncException;

/** A real Apicurio registry with nothing in it, in a process of its own. For one thread. */
final class RegistryProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final Process process;
    private final String url;

    private RegistryProcess(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** Starts the registry and waits until it answers. */
    static RegistryProcess start() throws IOException, InterruptedException {
        Path home = Path.of("target", "apicurio");
        int port = freePort();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx192m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-jar",
                        runner(home).getFileName().toString())
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "apicurio.log").toFile())
                .start();
        RegistryProcess registry = new RegistryProcess(process, "http://127.0.0.1:" + port + "/apis/ccompat/v7");
        try {
            registry.awaitAnswer();
        } catch (IllegalStateException | InterruptedException e) {
            registry.close();
            throw e;
        }
        return registry;
    }

    String url() {
        return url;
    }

    private static Path runner(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home)) {
            return files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no registry in " + home));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitAnswer() throws InterruptedException {
        SchemaRegistryClient client = new SchemaRegistryClient(
                RegistryClientSettings.from(Map.of(RegistryClientSettings.URL, url, "max.retries", "0")));
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try {
                client.ping();
                return;
            } catch (SyncException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("the registry did not start; see target/apicurio.log", e);
                }
            }
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
