package org.dtssync.app.testing;

import static org.awaitility.Awaitility.await;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.dtssync.app.embedded.FreePort;

/**
 * A real PgBouncer on 127.0.0.1, as Debian packages it, with one included file of databases. It refuses to run as root, so there
 * it runs as nobody. Its files are in a directory of their own, which goes with it. Used by one thread.
 */
public final class PgBouncer implements AutoCloseable {

    /** An account of {@code admin_users}, one of {@code stats_users}, and their password. */
    public static final String ADMIN = "pooler";

    public static final String READER = "watcher";
    public static final String PASSWORD = "pass, word=1";

    private final Path directory;
    private final int port;
    private final Process process;

    private PgBouncer(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Returns the program; nothing where the package is not installed. */
    public static Optional<Path> program() {
        return Stream.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts it.
     *
     * @param databases the lines of the included file
     * @param users lines of further accounts, each {@code "name" "password"}
     * @param settings lines of the section {@code [pgbouncer]} that differ from the usual ones
     */
    public static PgBouncer start(String databases, String users, String settings) throws IOException {
        Path directory = Files.createTempDirectory(
                "dts-sync-pgbouncer",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        int port = FreePort.find();
        Files.writeString(directory.resolve("databases.ini"), databases);
        Files.writeString(directory.resolve("users.txt"), """
                "%s" "%s"
                "%s" "%s"
                %s
                """.formatted(ADMIN, PASSWORD, READER, PASSWORD, users));
        Files.writeString(directory.resolve("pgbouncer.ini"), """
                [databases]
                %%include %1$s/databases.ini
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %2$d
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = %1$s/users.txt
                admin_users = %3$s
                stats_users = %4$s
                pool_mode = transaction
                default_pool_size = 20
                max_client_conn = 200
                %5$s
                """.formatted(directory, port, ADMIN, READER, settings));
        List<String> command = new ArrayList<>();
        if (new UnixSystem().getUid() == 0) {
            command.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        command.addAll(List.of(
                program().orElseThrow().toString(),
                directory.resolve("pgbouncer.ini").toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        PgBouncer pgBouncer = new PgBouncer(directory, port, process);
        await().atMost(Duration.ofSeconds(20)).until(pgBouncer::answers);
        return pgBouncer;
    }

    private boolean answers() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("PgBouncer did not start: " + log());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** Returns the included file. */
    public Path file() {
        return directory.resolve("databases.ini");
    }

    /** Returns the main configuration. */
    public Path configuration() {
        return directory.resolve("pgbouncer.ini");
    }

    public String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    /** Returns how a client reaches one of its databases; prepared statements do not outlive a transaction there. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?prepareThreshold=0";
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        FileUtils.deleteDirectory(directory.toFile());
    }
}
