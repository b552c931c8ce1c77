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
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.dtssync.app.source.SourcePosition;
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
            "Run dts-sync release --topics, empty the destination and start the task over.";

    private static final String LOAD_AGAIN = "Run with --resnapshot public.item, which reloads the table.";

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
                + " was deleted and re-created, and the changes in it that were not applied are lost. " + START_AGAIN;
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
                            + " was deleted and re-created, and changes of table public.item in it were not applied yet. "
                            + LOAD_AGAIN);
            assertLoadedAgain(moved);
        }
    }

    @Test
    void aTopicThatIsDeletedUnderAnApplierThatLags(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers);
                LiveRun run = moved.streaming()) {
            lagging(moved, () -> {
                // An answer may be on its way to the applier already, with the first of them but not with the second.
                capture(moved, topics, "UPDATE public.item SET v = 'b' WHERE id = 2");
                capture(moved, topics, "UPDATE public.item SET v = 'c' WHERE id = 2");
                topics.delete(data(moved));
            });

            assertStops(
                    run.awaitStop(),
                    "Topic " + data(moved)
                            + " was deleted, and changes of table public.item in it were not applied yet. "
                            + LOAD_AGAIN);
            assertThat(moved.valueAtDestination("SELECT v FROM public.item WHERE id = 2"))
                    .isNotEqualTo("c");
        }
        assertLoadedAgain(moved);
    }

    @Test
    void changesThatWereCompactedAway(Servers servers) throws Exception {
        MovedTask moved = MovedTask.of(servers, 17, STRUCTURE).move();
        try (Topics topics = new Topics(servers);
                LiveRun run = moved.streaming()) {
            lagging(moved, () -> {
                // An answer may be on its way to the applier already, with this one but not with those behind it.
                capture(moved, topics, "UPDATE public.item SET v = 'a2' WHERE id = 1");
                capture(
                        moved,
                        topics,
                        "UPDATE public.item SET v = 'b' WHERE id = 2",
                        "UPDATE public.item SET v = 'c' WHERE id = 2");
                topics.compact(data(moved));
                // A segment that is written to is never compacted: the next record begins another one.
                capture(moved, topics, "UPDATE public.item SET v = 'd' WHERE id = 2");
                topics.awaitFewerRecords(data(moved), 4);
            });

            SyncException fault = run.awaitStop();
            assertThat(fault.kind()).isEqualTo(FaultKind.TOPIC);
            assertThat(fault)
                    .hasMessageMatching("Topic " + data(moved)
                            + " has lost records: [01] of the [12] changes of cut \\d+ are there\\."
                            + " Only dts-sync may write to its topics, and their cleanup\\.policy must be delete\\. "
                            + LOAD_AGAIN);
            topics.set(data(moved), Map.of("cleanup.policy", "delete"));
        }
        assertLoadedAgain(moved);
    }

    /** Does something while the applier is held up in the middle of its first write. */
    private static void lagging(MovedTask moved, Executable work) throws Exception {
        try (Connection locking = new Scripts(moved.destination()).connect();
                Statement statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("LOCK TABLE public.item IN EXCLUSIVE MODE");
            moved.atSource("UPDATE public.item SET v = 'a' WHERE id = 1");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !moved.valueAtDestination(
                                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type ="
                                            + " 'Lock' AND datname = current_database() AND application_name = '"
                                            + moved.task().applicationName() + "'")
                            .equals("0"));
            work.run();
        }
    }

    /** Changes rows, each statement one, and waits until the changes are in cuts. */
    private static void capture(MovedTask moved, Topics topics, String... statements) throws Exception {
        long end = topics.end(data(moved));
        moved.atSource(statements);
        // A record each, and at least one marker that commits them.
        topics.awaitEnd(data(moved), end + statements.length + 1);
    }

    /** Something that tests do. */
    @FunctionalInterface
    private interface Executable {
        void run() throws Exception;
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
        return "__dts_sync." + moved.task().name() + ".cuts";
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

        /** Returns where the committed records end. */
        long end(String topic) throws Exception {
            TopicPartition partition = new TopicPartition(topic, 0);
            return admin.listOffsets(
                            Map.of(partition, OffsetSpec.latest()),
                            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .partitionResult(partition)
                    .get(20, TimeUnit.SECONDS)
                    .offset();
        }

        void awaitEnd(String topic, long end) {
            await().atMost(Duration.ofSeconds(60)).until(() -> end(topic) >= end);
        }

        void awaitRecords(String topic) {
            await().atMost(Duration.ofSeconds(60)).until(() -> exists(topic) && end(topic) >= 4);
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
            await().atMost(Duration.ofSeconds(60)).until(() -> !exists(topic));
        }

        /** Lets the broker compact all but the newest segment of a topic, soon. */
        void compact(String topic) throws Exception {
            set(
                    topic,
                    Map.of(
                            "cleanup.policy", "compact",
                            "segment.ms", "1",
                            "min.cleanable.dirty.ratio", "0.001",
                            "delete.retention.ms", "0"));
        }

        void set(String topic, Map<String, String> settings) throws Exception {
            List<AlterConfigOp> changes = settings.entrySet().stream()
                    .map(setting -> new AlterConfigOp(
                            new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                    .toList();
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }

        /** Waits until fewer records than so many are left; the broker's cleaner looks every 15 seconds. */
        void awaitFewerRecords(String topic, int records) {
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> records(topic) < records);
        }

        private int records(String topic) throws Exception {
            TopicPartition partition = new TopicPartition(topic, 0);
            long end = end(topic);
            try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                    Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed"),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer())) {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                int records = 0;
                while (consumer.position(partition) < end) {
                    records += consumer.poll(Duration.ofMillis(200)).count();
                }
                return records;
            }
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
