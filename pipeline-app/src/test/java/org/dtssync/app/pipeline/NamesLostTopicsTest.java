package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A topic that no longer has what was not applied stops the task, whatever lies at the same offsets now. */
@ExtendWith(ServersExtension.class)
class NamesLostTopicsTest {

    private static final TableName ITEM = new TableName("public", "item");

    private static final String[] STRUCTURE = {
        "CREATE TABLE public.item (id int PRIMARY KEY, v text)", "INSERT INTO public.item VALUES (1, 'one'), (2, 'two')"
    };

    private static final String START_AGAIN =
            "Run dts-sync release --topics, empty the destination and start the task again.";

    private static final String LOAD_AGAIN = "Run with --resnapshot public.item, which loads the table again.";

    @Test
    void cutsThatWereTruncated(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers)) {
            topics.truncate(cuts(moved));
        }

        assertStops(
                moved.stops(),
                "Topic " + cuts(moved) + " was truncated, and the changes in it that were not applied are lost. "
                        + START_AGAIN);
    }

    @Test
    void cutsThatWereDeleted(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers)) {
            topics.delete(cuts(moved));
        }

        assertStops(
                moved.stops(),
                "Topic " + cuts(moved) + " was deleted, and the changes in it that were not applied are lost. "
                        + START_AGAIN);
    }

    @Test
    void cutsThatWereMadeAgainWithEveryRecordTheyHad(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers)) {
            topics.makeAgain(cuts(moved), 50);
        }

        assertStops(moved.stops(), cutsMadeAgain(moved));
    }

    @Test
    void cutsThatAreMadeAgainWhileTheTaskRuns(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers);
                LiveRun run = moved.streaming()) {
            topics.makeAgain(cuts(moved), 0);

            assertStops(run.awaitStop(), cutsMadeAgain(moved));
        }
    }

    private static String cutsMadeAgain(MovedTask moved) {
        return "Topic " + cuts(moved)
                + " was deleted and made again, and the changes in it that were not applied are lost. " + START_AGAIN;
    }

    @Test
    void changesThatRetentionDeleted(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers)) {
            captureOnly(moved, topics);
            long end = topics.truncate(data(moved));

            assertStops(
                    moved.stops(),
                    "Topic " + data(moved) + " was truncated: it begins at offset " + end
                            + ", and the changes of table public.item from offset 0 on were not applied yet."
                            + " If retention deleted them, raise topics.retention.ms. " + LOAD_AGAIN);
            assertLoadedAgain(moved);
        }
    }

    @Test
    void changesInATopicThatWasDeleted(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers)) {
            captureOnly(moved, topics);
            topics.delete(data(moved));

            assertStops(
                    moved.stops(),
                    "Topic " + data(moved)
                            + " was deleted, and changes of table public.item in it were not applied yet. "
                            + LOAD_AGAIN);
            assertLoadedAgain(moved);
        }
    }

    @Test
    void changesInATopicThatWasMadeAgainWithAsManyRecordsOrMore(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers)) {
            captureOnly(moved, topics);
            topics.makeAgain(data(moved), 50);

            assertStops(
                    moved.stops(),
                    "Topic " + data(moved)
                            + " was deleted and made again, and changes of table public.item in it were not applied yet. "
                            + LOAD_AGAIN);
            assertLoadedAgain(moved);
        }
    }

    @Test
    void aTopicThatIsMadeAgainOnceAllOfItIsAppliedLosesNothing(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers);
                LiveRun run = moved.streaming()) {
            moved.atSource("INSERT INTO public.item VALUES (3, 'three'), (4, 'four')");
            run.awaitApplied(SourcePosition.insert(moved.connectionsToSource()));
            topics.makeAgain(data(moved), 0);
            moved.atSource(
                    "INSERT INTO public.item VALUES (5, 'five')", "UPDATE public.item SET v = 'six' WHERE id = 5");
            run.awaitApplied(SourcePosition.insert(moved.connectionsToSource()));
        }
        moved.atSource("UPDATE public.item SET v = 'seven' WHERE id < 3");
        moved.move();

        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
    }

    /** Leaves changes in the topics that are not applied, in cuts: the applier waits for a lock of somebody else's. */
    private static void captureOnly(MovedTask moved, Topics topics) throws Exception {
        try (Connection locking = new Scripts(moved.destination()).connect();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE public.item IN EXCLUSIVE MODE");
            try (LiveRun run = moved.streaming()) {
                moved.atSource(
                        "UPDATE public.item SET v = 'a' WHERE id = 1",
                        "UPDATE public.item SET v = 'b' WHERE id = 1",
                        "INSERT INTO public.item VALUES (10, 'ten')");
                topics.awaitRecords(data(moved));
                // The cut of the last change and one behind it.
                long cuts = topics.end(cuts(moved));
                topics.awaitEnd(cuts(moved), cuts + 6);
            }
        }
        assertThat(moved.valueAtDestination("SELECT v FROM public.item WHERE id = 1"))
                .isEqualTo("one");
    }

    private static void assertLoadedAgain(MovedTask moved) throws Exception {
        moved.atSource("INSERT INTO public.item VALUES (20, 'twenty')");
        Optional<?> report = new Pipeline(moved.task(), PipelineListener.NONE)
                .run(new RunOptions(RunGoal.CAUGHT_UP, List.of(), List.of(ITEM)));

        assertThat(report).isEmpty();
        assertThat(TableTexts.differences(moved.source(), moved.destination())).isEmpty();
    }

    private static void assertStops(SyncException fault, String sentence) {
        assertThat(fault).hasMessage(sentence);
        assertThat(fault.kind()).isEqualTo(FaultKind.TOPIC);
    }

    private static String cuts(MovedTask moved) {
        return moved.task().name() + ".cuts";
    }

    private static String data(MovedTask moved) {
        return moved.task().name() + ".public.item";
    }

    /** What somebody with access to the brokers can do. */
    private record Topics(Admin admin, String brokers) implements AutoCloseable {

        Topics(Servers servers) {
            this(
                    Admin.create(Map.of("bootstrap.servers", servers.kafka().bootstrapServers())),
                    servers.kafka().bootstrapServers());
        }

        long end(String topic) throws Exception {
            TopicPartition partition = new TopicPartition(topic, 0);
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get(20, TimeUnit.SECONDS)
                    .offset();
        }

        void awaitEnd(String topic, long end) {
            await().atMost(Duration.ofSeconds(30)).until(() -> end(topic) >= end);
        }

        void awaitRecords(String topic) {
            await().atMost(Duration.ofSeconds(30)).until(() -> exists(topic) && end(topic) >= 4);
        }

        private boolean exists(String topic) throws Exception {
            return admin.listTopics().names().get(20, TimeUnit.SECONDS).contains(topic);
        }

        long truncate(String topic) throws Exception {
            long end = end(topic);
            truncateTo(topic, end);
            return end;
        }

        void truncateTo(String topic, long offset) throws Exception {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }

        void delete(String topic) throws Exception {
            admin.deleteTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(20)).until(() -> !exists(topic));
        }

        void makeAgain(String topic, int records) throws Exception {
            delete(topic);
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(20, TimeUnit.SECONDS);
            if (records == 0) {
                return;
            }
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", brokers), new ByteArraySerializer(), new ByteArraySerializer())) {
                for (int i = 0; i < records; i++) {
                    producer.send(new ProducerRecord<>(topic, 0, null, new byte[] {1}))
                            .get(20, TimeUnit.SECONDS);
                }
            }
        }

        @Override
        public void close() {
            admin.close();
        }
    }
}
