package org.dtssync.app.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.dtssync.app.embedded.EmbeddedPostgres;
import org.dtssync.app.embedded.PostgresSettings;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** PostgreSQL 14 as the source and 17 as the destination, started once for all tests of the snapshot. */
final class Servers implements AutoCloseable {

    private final Path directory;
    private final EmbeddedPostgres source;
    private final EmbeddedPostgres destination;

    private Servers() {
        try {
            directory = Files.createTempDirectory("dts-sync-snapshot-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        source = EmbeddedPostgres.start(PostgresSettings.of(14, directory.resolve("source")));
        destination = EmbeddedPostgres.start(PostgresSettings.of(17, directory.resolve("destination")));
    }

    EmbeddedPostgres source() {
        return source;
    }

    EmbeddedPostgres destination() {
        return destination;
    }

    @Override
    public void close() throws IOException {
        source.close();
        destination.close();
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }

    /** Hands the servers to tests that ask for them by a parameter. */
    static final class Extension implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Servers.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getStore(ExtensionContext.StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.GLOBAL)
                    .getOrComputeIfAbsent(Servers.class, key -> new Servers());
        }
    }
}
