package org.dtssync.app.structure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.End;

/** PostgreSQL servers of the versions the tests move between, each started when first asked for and stopped together. */
final class Databases implements AutoCloseable {

    private final Path directory;
    private final Map<Integer, EmbeddedPostgres> servers = new HashMap<>();

    Databases() {
        try {
            directory = Files.createTempDirectory("structure-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns connections that send several statements as one text, as the test's SQL is written. */
    DatabaseConnections open(End role, int version, String database) {
        EmbeddedPostgres server = servers.computeIfAbsent(
                version, major -> EmbeddedPostgres.start(PostgresSettings.of(major, directory.resolve("v" + major))));
        DatabaseSettings settings = server.superuser(database);
        return new DatabaseConnections(
                role,
                new DatabaseSettings(
                        settings.url(), settings.user(), settings.password(), Map.of("preferQueryMode", "simple")),
                "structure-test");
    }

    @Override
    public void close() throws IOException {
        servers.values().forEach(EmbeddedPostgres::close);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
