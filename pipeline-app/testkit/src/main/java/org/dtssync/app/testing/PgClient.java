package org.dtssync.app.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** PostgreSQL's own client programs, which {@code scripts/lib/pg-client} fetches for the tests that need one. */
public final class PgClient {

    /** What a test that is skipped says. */
    public static final String MISSING =
            "There is no pg_dump of PostgreSQL 18 here; scripts/lib/pg-client 18 fetches one where Debian's packages can be had.";

    private PgClient() {}

    /** Returns a program of the newest version the tests use; nothing where it was not fetched. */
    public static Optional<Path> program(String name) {
        return program(18, name);
    }

    /** Returns a program of a major version; nothing where it was not fetched. */
    public static Optional<Path> program(int major, String name) {
        return Optional.of(cache().resolve(major + "/bin").resolve(name)).filter(Files::isExecutable);
    }

    private static Path cache() {
        String given = System.getenv("DTS_SYNC_PG_CLIENT");
        if (given != null && !given.isEmpty()) {
            return Path.of(given);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        Path root = caches == null || caches.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(caches);
        return root.resolve("dts-sync/pg-client");
    }
}
