package org.dtssync.app.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Optional;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.dtssync.connectors.postgres.End;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ServersExtension.class)
class LiveLimitTest {

    @Test
    void followsASettingAndGoesBackToTheTaskFile(Servers servers) throws Exception {
        DatabaseConnections database = new DatabaseConnections(End.DESTINATION, servers.freshDatabase(14), "test");
        new StateSchema(database).install();
        SettingStore settings = new SettingStore(database, "shop");
        LiveSetting setting = LiveSetting.VERIFY_ROWS_PER_SECOND;
        Author author = new Author("ann", "cli");

        try (LiveLimit limit = new LiveLimit(settings, setting, 42)) {
            assertThat(limit.getAsLong()).isEqualTo(42);
            settings.put(setting.key(), "7", Optional.empty(), author);
            await().atMost(Duration.ofSeconds(20)).until(() -> limit.getAsLong() == 7);
            settings.remove(setting.key(), author);
            await().atMost(Duration.ofSeconds(20)).until(() -> limit.getAsLong() == 42);
        }
    }
}
