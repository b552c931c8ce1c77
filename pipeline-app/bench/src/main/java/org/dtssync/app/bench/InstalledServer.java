package org.dtssync.app.bench;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts servers of the PostgreSQL 15 that the system has: pgcopydb 0.10 and its pg_dump know no newer one. Stateless. */
final class InstalledServer {

    private static final Path BINARIES = Path.of("/usr/lib/postgresql/15/bin");
    private static final int TIMEOUT_SECONDS = 60;

    private InstalledServer() {}

    /** Starts a server with the same settings as {@link Server#embedded}. */
    static Server start(Path data, Conditions conditions) {
        if (!Files.isExecutable(BINARIES.resolve("postgres"))) {
            throw new BenchException(BINARIES + " has no PostgreSQL. Install Debian's postgresql-15 and pgcopydb.");
        }
        try {
            int port = freePort();
            run(data, "initdb", "-U", Database.USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
            Files.writeString(
                    data.resolve("postgresql.conf"), configuration(port, conditions), StandardOpenOption.APPEND);
            run(data, "pg_ctl", "-w", "-l", data.resolve("server.log").toString(), "start");
            return new Server(port, () -> stop(data));
        } catch (IOException | InterruptedException e) {
            throw new BenchException("PostgreSQL 15 could not be started: " + e.getMessage(), e);
        }
    }

    private static String configuration(int port, Conditions conditions) {
        StringBuilder text = new StringBuilder("""

                port = %d
                listen_addresses = '127.0.0.1'
                unix_socket_directories = ''
                wal_level = logical
                """.formatted(port));
        conditions.settings().forEach((name, value) -> text.append(name + " = '" + value + "'\n"));
        return text.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    private static void stop(Path data) {
        try {
            run(data, "pg_ctl", "-w", "-m", "fast", "stop");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** PostgreSQL refuses root; inside a user namespace the same account is none. */
    private static void run(Path data, String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (new UnixSystem().getUid() == 0) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(BINARIES.resolve(program).toString());
        command.addAll(List.of("-D", data.toString()));
        command.addAll(List.of(arguments));
        // Not closed: that would end the server, whose parent pg_ctl was.
        Child.start(data.getFileName() + "-" + program, data.resolveSibling(""), Map.of("LC_ALL", "C"), command)
                .awaitSuccess(TIMEOUT_SECONDS);
    }
}
