package org.dtssync.app.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.embedded.EmbeddedKafka;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.EmbeddedRegistry;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Identifiers;

/**
 * What one test sees of the servers that all tests share; whatever databases it asks for are its own and go with it.
 *
 * <p>Everybody but the superuser needs a password on these servers. A test that crashes one starts it again before it
 * ends. Topics and subjects are not removed: a test names its task as no other does, with {@link #uniqueName}.
 */
public final class Servers implements AutoCloseable {

    private final RunningServers running;
    private final AtomicInteger names;
    private final Deque<Fresh> databases = new ArrayDeque<>();

    private record Fresh(EmbeddedPostgres server, String name) {}

    Servers(RunningServers running, AtomicInteger names) {
        this.running = running;
        this.names = names;
    }

    /** Returns the server of a major version: 14, 17 or 18. */
    public EmbeddedPostgres postgres(int major) {
        return running.postgres(major);
    }

    /** Returns the broker. */
    public EmbeddedKafka kafka() {
        return running.kafka();
    }

    /** Returns the schema registry. */
    public EmbeddedRegistry registry() {
        return running.registry();
    }

    /** Returns a name no other test of this run gets, fit for a task, a topic or a role. */
    public String uniqueName() {
        return "t" + names.incrementAndGet();
    }

    /** Creates an empty database and returns how the superuser reaches it. */
    public DatabaseSettings freshDatabase(int major) throws SQLException {
        Fresh fresh = new Fresh(postgres(major), uniqueName());
        execute(fresh.server(), "CREATE DATABASE " + Identifiers.quote(fresh.name()) + " TEMPLATE template0");
        databases.push(fresh);
        return fresh.server().superuser(fresh.name());
    }

    /** Removes the databases this test asked for, with the replication slots and sessions in them. */
    @Override
    public void close() throws SQLException {
        while (!databases.isEmpty()) {
            Fresh fresh = databases.pop();
            fresh.server().start();
            String database = Identifiers.literal(fresh.name());
            execute(
                    fresh.server(),
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = " + database);
            execute(
                    fresh.server(),
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = "
                            + database);
            execute(fresh.server(), "DROP DATABASE IF EXISTS " + Identifiers.quote(fresh.name()) + " WITH (FORCE)");
        }
    }

    private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(server.url("postgres"), EmbeddedPostgres.SUPERUSER, "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
