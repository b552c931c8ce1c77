package org.dtssync.app.structure;

import java.util.Map;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;

/** PostgreSQL servers of the versions the tests move between, each started once and stopped at the end of a test class. */
final class Databases implements AutoCloseable {

    DatabaseConnections open(String role, int version, String database) {
        int port = 5530 + version;
        return new DatabaseConnections(
                role,
                new DatabaseSettings(
                        "jdbc:postgresql://127.0.0.1:" + port + "/" + database,
                        "postgres",
                        null,
                        Map.of("preferQueryMode", "simple")),
                "structure-test");
    }

    @Override
    public void close() {}
}
