package org.dtssync.app.pipeline;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dtssync.app.config.ConverterSettings;
import org.dtssync.app.config.DestinationSettings;
import org.dtssync.app.config.KafkaSettings;
import org.dtssync.app.config.ObjectSelection;
import org.dtssync.app.config.RegistrySettings;
import org.dtssync.app.config.RetrySettings;
import org.dtssync.app.config.SecondInstance;
import org.dtssync.app.config.SnapshotSettings;
import org.dtssync.app.config.SourceSettings;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.config.TopicSettings;
import org.dtssync.app.testing.Servers;
import org.dtssync.connectors.postgres.DatabaseSettings;

/** Makes task files for tests. */
final class TaskFiles {

    private TaskFiles() {}

    static TaskFile of(Servers servers, DatabaseSettings source, DatabaseSettings destination) {
        return new TaskFile(
                servers.uniqueName(),
                new SourceSettings(source),
                new DestinationSettings(destination, DestinationSettings.Existing.FAIL),
                new KafkaSettings(
                        false, Map.of("bootstrap.servers", servers.kafka().bootstrapServers())),
                new TopicSettings(1, 604_800_000L, Map.of()),
                new RegistrySettings(false, servers.registry().url(), Map.of()),
                new ConverterSettings(null, Map.of(), null, Map.of()),
                Path.of("target"),
                new ObjectSelection(List.of("public.*"), List.of(), ObjectSelection.Owners.KEEP),
                new SnapshotSettings(2, 1_000),
                new RetrySettings(Duration.ofSeconds(60), Duration.ofSeconds(30)),
                SecondInstance.REFUSE,
                10L << 30);
    }
}
