package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.dtssync.app.config.TaskFile;
import org.dtssync.app.testing.BusyDatabase;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.DatabaseConnections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where changes are lost for good, a task stops and says what lost them, instead of going on with a gap. */
@ExtendWith(ServersExtension.class)
class NamesLostChangesTest {

    private BusyDatabase source;
    private TaskFile task;

    @BeforeEach
    void moved(Servers servers) throws Exception {
        source = new BusyDatabase(servers.freshDatabase(17)).create();
        task = TaskFiles.of(servers, source.settings(), servers.freshDatabase(18));
        new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP));
    }

    @Test
    void aSlotThatWasDropped() throws Exception {
        atSource("SELECT pg_drop_replication_slot('" + task.slot() + "')");

        assertStops(FaultKind.SLOT, "Replication slot " + task.slot() + " no longer exists at the source");
    }

    @Test
    void aSlotThatWasMadeAgain() throws Exception {
        atSource("SELECT pg_drop_replication_slot('" + task.slot() + "')");
        atSource("INSERT INTO public.log VALUES ('lost', 1)");
        atSource("SELECT pg_create_logical_replication_slot('" + task.slot() + "', 'pgoutput')");

        assertStops(FaultKind.SLOT, "past the last cut");
    }

    @Test
    void aSlotThatSomethingElseAdvanced() throws Exception {
        atSource("INSERT INTO public.log VALUES ('lost', 1)");
        atSource("SELECT pg_replication_slot_advance('" + task.slot() + "', pg_current_wal_lsn())");

        assertStops(FaultKind.SLOT, "past the last cut");
    }

    @Test
    void cutsThatWereTruncated(Servers servers) throws Exception {
        TopicPartition cuts = new TopicPartition(task.name() + ".cuts", 0);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers()))) {
            long end = admin.listOffsets(Map.of(cuts, OffsetSpec.latest()))
                    .partitionResult(cuts)
                    .get()
                    .offset();
            admin.deleteRecords(Map.of(cuts, RecordsToDelete.beforeOffset(end)))
                    .all()
                    .get();
        }

        assertStops(FaultKind.TOPIC, cuts.topic());
    }

    private void assertStops(FaultKind kind, String what) {
        assertThatThrownBy(() -> new Pipeline(task, PipelineListener.NONE).run(RunOptions.to(RunGoal.CAUGHT_UP)))
                .isInstanceOfSatisfying(
                        SyncException.class, fault -> assertThat(fault.kind()).isEqualTo(kind))
                .hasMessageContaining(what);
    }

    private void atSource(String sql) throws Exception {
        try (Connection connection = new DatabaseConnections("source", source.settings(), "test").open();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
