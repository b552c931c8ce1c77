package org.dtssync.app.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
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

/** Makes task files for tests. */
final class TaskFiles {

    private TaskFiles() {}

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
