package org.dtssync.app.verify;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;

/** The servers of a test class, each started when it is first asked for. */
final class TestServers implements AutoCloseable {

    private final Path directory;
    private final Map<Integer, EmbeddedPostgres> running = new HashMap<>();

    TestServers(Path directory) {
        this.directory = directory;
    }

    /** Returns the server of a major version. */
    EmbeddedPostgres of(int major) {
        return running.computeIfAbsent(
                major,
                version -> EmbeddedPostgres.start(PostgresSettings.of(version, directory.resolve("pg" + version))));
    }

    @Override
    public void close() {
        running.values().forEach(EmbeddedPostgres::close);
    }
}
