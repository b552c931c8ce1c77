package org.dtssync.app.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dtssync.app.config.DdlSettings;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.TaskFileBuilder;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.schemas.DdlMode;

/** Makes task files for tests. */
final class TaskFiles {

    private TaskFiles() {}

    /** A task that stops when the structure of its source changes, as every one does whose source records no commands. */
    static TaskFile stopping(Servers servers, DatabaseSettings source, DatabaseSettings destination) {
        return new TaskFileBuilder(of(servers, source, destination))
                .ddl(new DdlSettings(DdlMode.STOP))
                .build();
    }

    static TaskFile of(Servers servers, DatabaseSettings source, DatabaseSettings destination) {
        return new TaskFileBuilder(servers.uniqueName())
                .source(new SourceSettings(source))
                .destination(new DestinationSettings(destination, DestinationSettings.Existing.FAIL))
                .kafka(new KafkaSettings(
                        false, Map.of("bootstrap.servers", servers.kafka().bootstrapServers())))
                .registry(new RegistrySettings(false, servers.registry().url(), Map.of()))
                .objects(new ObjectSelection(List.of("public.*"), List.of(), ObjectSelection.Owners.KEEP))
                .retry(new RetrySettings(Duration.ofSeconds(60), Duration.ofSeconds(30)))
                .build();
    }
}
