package org.dtssync.app.embedded;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.dtssync.connectors.postgres.DatabaseSettings;

/**
 * A real PostgreSQL server on a free port of 127.0.0.1, from Maven Central's binaries; runs under any account, root too.
 *
 * <p>The unpacked binaries are cached in the system's temporary directory; nothing else is left behind but the data
 * directory. Not thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** The account that may do everything and needs no password. */
    public static final String SUPERUSER = "postgres";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    /** The library turns synchronous_commit off; a commit must outlive a crash of the server, if not one of the machine. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "synchronous_commit", "on",
            "fsync", "off",
            "wal_level", "logical",
            "max_connections", "100",
            "max_replication_slots", "20",
            "max_wal_senders", "20",
            "listen_addresses", "127.0.0.1");

    private final PostgresSettings settings;
    private final int port;
    private io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;

    private EmbeddedPostgres(PostgresSettings settings, int port) {
        this.settings = settings;
        this.port = port;
    }

    /** Starts a server and waits until it answers. */
    public static EmbeddedPostgres start(PostgresSettings settings) {
        EmbeddedPostgres postgres = new EmbeddedPostgres(settings, freePort());
        postgres.start();
        return postgres;
    }

    /** Returns the port it listens on. */
    public int port() {
        return port;
    }

    /** Returns the JDBC URL of one of its databases. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Returns how the superuser reaches one of its databases. */
    public DatabaseSettings superuser(String database) {
        return new DatabaseSettings(url(database), SUPERUSER, null, Map.of());
    }

    /** Starts it again on the same port and data, after {@link #crash}. */
    public void start() {
        try {
            io.zonky.test.db.postgres.embedded.EmbeddedPostgres.Builder builder =
                    io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
                            .setPort(port)
                            .setDataDirectory(settings.dataDirectory())
                            .setCleanDataDirectory(false)
                            .setPGStartupWait(START_TIMEOUT)
                            .setPgBinaryResolver((system, machine) -> binaries(settings.major(), system, machine))
                            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                            .setErrorRedirector(ProcessBuilder.Redirect.DISCARD);
            Map<String, String> all = new LinkedHashMap<>(DEFAULTS);
            all.putAll(settings.server());
            all.forEach(builder::setServerConfig);
            if (settings.passwords()) {
                builder.setDataDirectoryCustomizer(directory -> askForPasswords(directory.toPath()));
            }
            server = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + settings.major() + " could not be started", e);
        }
    }

    private static void askForPasswords(Path directory) {
        try {
            Files.writeString(directory.resolve("pg_hba.conf"), """
                    local all all trust
                    host all postgres 127.0.0.1/32 trust
                    host all all 127.0.0.1/32 scram-sha-256
                    host replication all 127.0.0.1/32 scram-sha-256
                    """);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as a crash would: at once, without a checkpoint. */
    public void crash() {
        postmaster().ifPresent(process -> {
            signal(process.pid(), "QUIT");
            process.onExit()
                    .orTimeout(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .join();
        });
        // Lets go of the lock on the data directory, which the library holds for this process.
        close();
    }

    private Optional<ProcessHandle> postmaster() {
        Path file = settings.dataDirectory().resolve("postmaster.pid");
        try {
            long pid = Long.parseLong(Files.readAllLines(file).get(0).trim());
            return ProcessHandle.of(pid);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void signal(long pid, String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it, rolling back what is open. The data directory stays. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL " + settings.major() + " could not be stopped", e);
        }
    }

    /** Every version's jar has its archive under the same name, so they cannot share a class path. */
    private static InputStream binaries(int major, String system, String machine) throws IOException {
        Path jarPath = Distribution.find().part("postgresql/" + major + ".jar");
        JarFile jar = new JarFile(jarPath.toFile());
        Optional<? extends ZipEntry> archive =
                jar.stream().filter(entry -> entry.getName().endsWith(".txz")).findFirst();
        if (archive.isEmpty()) {
            jar.close();
            throw new IOException(jarPath + " has no binaries for " + system + " on " + machine);
        }
        return new FilterInputStream(jar.getInputStream(archive.get())) {
            @Override
            public void close() throws IOException {
                super.close();
                jar.close();
            }
        };
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on 127.0.0.1", e);
        }
    }
}
