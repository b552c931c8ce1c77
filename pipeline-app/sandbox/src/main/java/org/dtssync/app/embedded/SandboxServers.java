package org.dtssync.app.embedded;

import java.nio.file.Path;
import org.dtssync.app.config.EmbeddedServerProvider;

/** The sandbox's broker and registry, for task files that ask for them with {@code embedded}. Stateless. */
public final class SandboxServers implements EmbeddedServerProvider {

    @Override
    public Server startKafka(Path directory) {
        EmbeddedKafka kafka = EmbeddedKafka.start(directory);
        return new Server(kafka.bootstrapServers(), kafka::close);
    }

    @Override
    public Server startRegistry(Path directory) {
        EmbeddedRegistry registry = EmbeddedRegistry.start(directory);
        return new Server(registry.url(), registry::close);
    }
}
