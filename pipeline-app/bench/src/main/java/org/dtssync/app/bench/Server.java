package org.dtssync.app.bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;

/** A PostgreSQL server of its own for one end of a measurement. Thread-safe. */
final class Server implements AutoCloseable {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int port;
    private final Runnable stop;

    Server(int port, Runnable stop) {
        this.port = port;
        this.stop = stop;
    }

    /** Starts one of the distribution's servers. Both ends get the same settings for every contender. */
    static Server embedded(int major, Path data, Conditions conditions) {
        PostgresSettings settings = PostgresSettings.of(major, data);
        for (Map.Entry<String, String> setting : conditions.settings().entrySet()) {
            settings = settings.with(setting.getKey(), setting.getValue());
        }
        EmbeddedPostgres server = EmbeddedPostgres.start(settings);
        return new Server(server.port(), server::close);
    }

    int port() {
        return port;
    }

    Database maintenance() {
        return new Database(port, "postgres");
    }

    /** Creates an empty database with a name of its own. */
    Database createDatabase(String prefix) {
        Database database = new Database(port, prefix + "_" + NAMES.incrementAndGet());
        maintenance().execute("CREATE DATABASE " + database.name() + " TEMPLATE template0");
        return database;
    }

    /** Removes a database with the slots and sessions in it. */
    void dropDatabase(Database database) {
        maintenance()
                .execute(
                        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '"
                                + database.name() + "'",
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '"
                                + database.name() + "'",
                        "DROP DATABASE " + database.name() + " WITH (FORCE)");
    }

    /** Returns the processor time of the server and all its sessions so far, in seconds. */
    double cpuSeconds() {
        return ProcessTimes.ofTree(
                Long.parseLong(maintenance().query("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)")));
    }

    @Override
    public void close() {
        stop.run();
    }
}
