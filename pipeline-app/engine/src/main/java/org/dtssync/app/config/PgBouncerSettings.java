package org.dtssync.app.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.secrets.FileReferences;
import org.jspecify.annotations.Nullable;

/**
 * Keys {@code switchover.pgbouncer.*}: the PgBouncer through which applications reach the database.
 *
 * @param host where its console listens
 * @param port the console's port
 * @param user an account of its {@code admin_users}
 * @param password the account's password, or null if none is needed; never printed
 * @param rootCertificate the certificate of the authority that issued the console's; empty for none
 * @param databases the names of the moved databases in PgBouncer
 * @param file the included file with the lines of these databases
 * @param source the source as PgBouncer reaches it
 * @param destination the destination as PgBouncer reaches it
 * @param pauseTimeout how long to wait for open transactions
 */
public record PgBouncerSettings(
        String host,
        int port,
        String user,
        @Nullable String password,
        Optional<Path> rootCertificate,
        List<String> databases,
        Path file,
        Server source,
        Server destination,
        Duration pauseTimeout) {

    /** Copies the names. */
    public PgBouncerSettings {
        databases = List.copyOf(databases);
    }

    /**
     * A database as PgBouncer reaches it.
     *
     * @param host name, address or socket directory
     * @param port from 1 to 65535
     * @param database the name at the server
     */
    public record Server(String host, int port, String database) {

        /** Returns it as written in the task file. */
        @Override
        public String toString() {
            return host + ":" + port + "/" + database;
        }
    }

    /** Returns the password of this moment. */
    @Override
    public @Nullable String password() {
        return FileReferences.resolveOptional(password);
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
        return user + "@" + host + ":" + port + " " + databases + " " + file;
    }
}
