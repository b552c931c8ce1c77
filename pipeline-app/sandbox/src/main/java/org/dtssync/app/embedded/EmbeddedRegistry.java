package org.dtssync.app.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * A real schema registry (Apicurio Registry) with Confluent's REST API on 127.0.0.1, as a child process.
 *
 * <p>Schemas and their ids are in the given directory, and survive a crash of the registry once it has
 * responded. If this process dies without closing it, the registry ends too. Not thread-safe.
 */
public final class EmbeddedRegistry implements AutoCloseable {

    private static final int START_TIMEOUT_SECONDS = 180;
    private static final int STOP_TIMEOUT_SECONDS = 3;
    private static final int POLL_MILLIS = 50;
    private static final int REQUEST_TIMEOUT_MILLIS = 2_000;

    private final Path program;
    private final Path directory;
    private final int port;
    private @Nullable Process process;
    private @Nullable ParentLifeline watch;

    private EmbeddedRegistry(Path program, Path directory) {
        this.program = program;
        this.directory = directory.toAbsolutePath();
        this.port = FreePort.find();
    }

    /**
     * Starts a registry, with the existing data of the directory, and returns once it responds.
     *
     * @param directory where it keeps its data and {@code registry.log}; created if missing
     * @throws SyncException if it is not part of the distribution or does not start
     */
    public static EmbeddedRegistry start(Path directory) {
        EmbeddedRegistry registry = new EmbeddedRegistry(program(), directory);
        registry.start();
        return registry;
    }

    /** Returns the base URL of the Confluent-compatible API; the same after every restart of this instance. */
    public String url() {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    }

    /** Returns the process id of the running registry. */
    public long pid() {
        return Objects.requireNonNull(process, "The registry is running.").pid();
    }

    /** Returns whether it is running. */
    public boolean running() {
        return process != null;
    }

    /** Restarts it on the same port and data. Does nothing if it is running. */
    public void start() {
        if (running()) {
            return;
        }
        try {
            PrivateDirectory.create(directory);
            Files.createDirectories(directory.resolve("temporary"));
            Process launched = launch();
            process = launched;
            watch = ParentLifeline.over(launched.pid(), "KILL");
            awaitReady(launched);
        } catch (IOException e) {
            crash();
            throw fault(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            crash();
            Thread.currentThread().interrupt();
            throw fault("the wait was interrupted", e);
        }
    }

    /** Ends it like a crash. Does nothing if it is stopped. */
    public void crash() {
        end(0);
    }

    /** Stops it in an orderly way; its data stays. Does nothing if it is stopped. */
    @Override
    public void close() {
        end(STOP_TIMEOUT_SECONDS);
    }

    private static Path program() {
        Path home = Sandbox.find().part("registry");
        try (DirectoryStream<Path> runners = Files.newDirectoryStream(home, "*-runner.jar")) {
            for (Path runner : runners) {
                return runner;
            }
        } catch (IOException e) {
            throw new SyncException(
                    FaultKind.USAGE, "The registry in " + home + " cannot be read.", "Run scripts/build first.", e);
        }
        throw new SyncException(FaultKind.USAGE, home + " holds no registry.", "Run scripts/build first.");
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>();
        // Ctrl-C in a terminal reaches every process there; the registry must outlive its users.
        command.addAll(List.of("sh", "-c", "trap '' INT HUP; exec \"$0\" \"$@\""));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"));
        // Without WRITE_DELAY=0 a killed registry loses the ids it assigned in the last half second, and assigns them
        // again.
        command.add("-Dapicurio.datasource.url=jdbc:h2:file:" + directory.resolve("registry") + ";WRITE_DELAY=0");
        command.addAll(List.of(
                "-Dapicurio.storage.kind=sql",
                "-Dapicurio.storage.sql.kind=h2",
                "-Dapicurio.datasource.jdbc.min-size=1",
                "-Dapicurio.datasource.jdbc.initial-size=1",
                "-Dapicurio.datasource.jdbc.max-size=10",
                "-Dquarkus.http.access-log.enabled=false",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Djava.io.tmpdir=" + directory.resolve("temporary")));
        command.addAll(List.of("-jar", program.toString()));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log().toFile()))
                .start();
    }

    private void awaitReady(Process launched) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        while (!answers()) {
            if (launched.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IOException("it ended with exit code " + launched.exitValue());
            }
            if (System.nanoTime() > deadline) {
                throw new IOException("it did not respond within " + START_TIMEOUT_SECONDS + " seconds");
            }
        }
    }

    private boolean answers() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url() + "/subjects").toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(REQUEST_TIMEOUT_MILLIS);
            connection.setReadTimeout(REQUEST_TIMEOUT_MILLIS);
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            // Not listening yet.
            return false;
        }
    }

    private void end(int graceSeconds) {
        if (process == null) {
            return;
        }
        try {
            if (graceSeconds > 0) {
                process.destroy();
            }
            if (!process.waitFor(graceSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        process = null;
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }

    private Path log() {
        return directory.resolve("registry.log");
    }

    private SyncException fault(String why, Exception cause) {
        return new SyncException(
                FaultKind.INTERNAL,
                "The embedded schema registry did not start: " + why + ".",
                "See " + log() + ".",
                cause);
    }
}
