package org.dtssync.app.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.data.Schema;
import org.dtssync.app.control.TaskStatus;
import org.dtssync.app.state.EarlierRelease;
import org.dtssync.app.state.Phase;
import org.dtssync.app.state.SwitchReport;
import org.dtssync.app.stream.FoundTopics;
import org.dtssync.app.tasks.SwitchMode;
import org.dtssync.app.tasks.TaskCommand;
import org.dtssync.app.tasks.TaskOutcome;
import org.dtssync.app.testing.Servers;
import org.dtssync.app.testing.ServersExtension;
import org.dtssync.app.verify.VerifyReport;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.dtssync.schemas.TaskName;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A task whose state the release before versions made is resumed by this one, wherever it was, without a release. */
@ExtendWith(ServersExtension.class)
class EarlierReleaseTest {

    private static final String TABLES = """
            CREATE TABLE public.customer (id int PRIMARY KEY, name text);
            CREATE TABLE public.visit (at int, page text);
            ALTER TABLE public.visit REPLICA IDENTITY FULL;
            INSERT INTO public.customer SELECT i, 'c' || i FROM generate_series(1, 2000) i;
            INSERT INTO public.visit SELECT i, 'p' || i FROM generate_series(1, 500) i;
            """;

    @Test
    void resumesInTheMiddleOfTheSnapshot(Servers servers) throws Exception {
        MovedTask moved = begun(servers);
        moved.run(RunGoal.SCHEMA);
        moved.atDestination("""
                CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION 'refused'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON public.visit FOR EACH ROW EXECUTE FUNCTION public.refuse();
                ALTER TABLE public.visit ENABLE ALWAYS TRIGGER refuse;
                """);
        assertThatThrownBy(() -> moved.run(RunGoal.SNAPSHOT)).isInstanceOf(SyncException.class);
        moved.atDestination("DROP FUNCTION public.refuse() CASCADE");
        takeBack(moved);

        assertEqual(moved);
        moved.release();
    }

    @Test
    void resumesFollowingAndShowsItsStatusBefore(Servers servers) throws Exception {
        MovedTask moved = begun(servers);
        moved.move();
        moved.atSource(
                "UPDATE public.customer SET name = 'x' WHERE id <= 100", "DELETE FROM public.visit WHERE at < 9");
        takeBack(moved);

        assertThat(TaskStatus.read(moved.task()).progress().phase()).isEqualTo(Phase.INCREMENTAL);
        assertThat(EarlierRelease.isAt(moved.destination()))
                .as("status changes nothing")
                .isTrue();

        assertEqual(moved);
        assertThat(EarlierRelease.isAt(moved.destination())).isFalse();
        assertEarlierTopics(moved);
        assertAnEmptyTopicHidesNothing(moved);
        moved.release();
    }

    @Test
    void resumesTheWayBackAndGoesBack(Servers servers) throws Exception {
        MovedTask moved = begun(servers);
        RunningPair before = RunningPair.start(moved.task());
        assertThat(report(before.perform(new TaskCommand.Switchover(SwitchMode.MOVE, true)))
                        .moved())
                .isTrue();
        before.awaitPhase("reverse");
        before.stop();
        EarlierRelease.takeBack(moved.source());
        takeBack(moved);
        RunningPair.execute(moved.destination(), "INSERT INTO public.customer VALUES (9001, 'written meanwhile')");

        try (RunningPair after = RunningPair.begin(moved.task())) {
            assertThat(after.perform(new TaskCommand.Verify()).result()).isEqualTo(TaskOutcome.Result.DONE);
            assertThat(report(after.perform(new TaskCommand.Rollback(SwitchMode.MOVE, true)))
                            .moved())
                    .isTrue();
            after.awaitPhase("incremental");
            assertThat(moved.valueAtSource("SELECT name FROM public.customer WHERE id = 9001"))
                    .isEqualTo("written meanwhile");
            assertEarlierTopics(moved);
        }
    }

    private static MovedTask begun(Servers servers) throws Exception {
        // That release made no event triggers.
        MovedTask moved = MovedTask.stopping(servers, 14, TABLES);
        EarlierRelease.begin(moved.destination(), moved.task().name());
        return moved;
    }

    /** The topics have the names that the release gave them. */
    private static void assertEarlierTopics(MovedTask moved) {
        try (KafkaTopics topics = new KafkaTopics(moved.task().kafka().properties())) {
            assertThat(topics.all())
                    .contains(moved.task().name() + ".cuts", moved.task().name() + ".dts_sync.heartbeat")
                    .noneMatch(topic ->
                            topic.startsWith("__dts_sync." + moved.task().name()));
        }
        assertThat(moved.task().topics().values())
                .as("what a task that begins now would have")
                .isEqualTo(TopicValues.DEBEZIUM);
        assertTexts(moved);
    }

    /** Each record has the form that the release knew: all columns nullable, none described. */
    private static void assertTexts(MovedTask moved) {
        TaskName task = moved.task().taskName();
        List<String> topics = Stream.of(task, task.reverse())
                .map(direction -> direction + ".public.customer")
                .toList();
        AvroConverter converter = new AvroConverter();
        converter.configure(
                Map.of("schema.registry.url", moved.task().registry().url()), false);
        int records = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                new HashMap<>(moved.task().kafka().properties()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().keySet().stream()
                    .filter(topics::contains)
                    .map(topic -> new TopicPartition(topic, 0))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    Schema row = converter
                            .toConnectData(record.topic(), record.value())
                            .schema()
                            .field("after")
                            .schema();
                    assertThat(row.fields())
                            .allSatisfy(field ->
                                    assertThat(field.schema().isOptional()).isTrue())
                            .allSatisfy(field ->
                                    assertThat(field.schema().parameters()).containsOnlyKeys("postgresql.type"));
                    records++;
                }
            }
        }
        assertThat(records).isPositive();
    }

    /** A consumer that asks for the cuts by the name of this release makes such a topic. */
    private static void assertAnEmptyTopicHidesNothing(MovedTask moved) {
        Map<String, String> kafka = moved.task().kafka().properties();
        List<String> asked = List.of(new TopicNames(moved.task().name()).cuts());
        try (KafkaTopics topics = new KafkaTopics(kafka)) {
            topics.create(asked, 1, Map.of());
            topics.madeIdentifiers(asked);
            assertThat(FoundTopics.of(moved.task().name(), kafka).layout()).isEqualTo(TopicNames.Layout.TOGETHER);
            topics.delete(asked);
        }
    }

    private static void takeBack(MovedTask moved) throws Exception {
        EarlierRelease.takeBack(moved.destination());
        assertThat(EarlierRelease.isAt(moved.destination())).isTrue();
    }

    private static void assertEqual(MovedTask moved) throws InterruptedException {
        Optional<VerifyReport> report =
                new Pipeline(moved.task(), PipelineListener.NONE).run(RunOptions.to(RunGoal.VERIFIED));
        assertThat(report).get().satisfies(found -> assertThat(found.equal()).isTrue());
        assertThat(report.orElseThrow().tables()).hasSize(2);
    }

    private static SwitchReport report(TaskOutcome outcome) {
        assertThat(outcome.error()).isEmpty();
        assertThat(outcome).isInstanceOf(TaskOutcome.Switched.class);
        return ((TaskOutcome.Switched) outcome).move().report();
    }
}
