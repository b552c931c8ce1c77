package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dtssync.connectors.capture.CaptureFixture.TOPIC;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.kafka.KafkaTopics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A record that cannot pass is refused with a sentence, before Kafka does it without one. No broker is asked here. */
class RecordGuardTest {

    /** Nobody listens there. */
    private static final Map<String, String> NOWHERE = Map.of("bootstrap.servers", "127.0.0.1:1");

    private final KafkaTopics topics = new KafkaTopics(NOWHERE);

    @AfterEach
    void close() {
        topics.close();
    }

    @Test
    void smallRecordsPassAndTheirAnswersAreNotLookedAt() {
        assertThat(guard(Map.of(), Map.of()).check(record(16_000))).isNull();
    }

    @Test
    void aRecordAboveTheProducersLimitIsRefusedByName() {
        RecordGuard guard = guard(Map.of("max.request.size", "100000"), Map.of());

        assertThat(guard.check(record(99_000))).isNotNull();
        assertThatThrownBy(() -> guard.check(record(100_000)))
                .isInstanceOfSatisfying(
                        SyncException.class, fault -> assertThat(fault.kind()).isEqualTo(FaultKind.DATA))
                .hasMessageStartingWith("A change of table public.note needs 97.8 kB as a record, but max.request.size"
                        + " allows 97.7 kB. Set kafka: { max.request.size: 16777216 }");
    }

    @Test
    void whatTheBrokerRefusesIsNamedByTheTopicsLimit() {
        RecordGuard guard = guard(Map.of(), Map.of("max.message.bytes", "20000"));
        Callback answer = guard.check(record(30_000));
        RecordTooLargeException refusal = new RecordTooLargeException("too large");
        assertThat(guard.cause(refusal)).isSameAs(refusal);

        assertThat(answer).isNotNull();
        answer.onCompletion(null, refusal);

        assertThat(guard.cause(refusal))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("but max.message.bytes allows 19.5 kB");
    }

    @Test
    void otherAnswersStayWhatTheyAre() {
        RecordGuard guard = guard(Map.of(), Map.of());
        Callback answer = guard.check(record(30_000));
        TimeoutException late = new TimeoutException("late");

        assertThat(answer).isNotNull();
        answer.onCompletion(null, late);

        assertThat(guard.cause(late)).isSameAs(late);
    }

    private RecordGuard guard(Map<String, String> kafka, Map<String, String> topicConfig) {
        RecordGuard guard = new RecordGuard(CaptureFixture.settings(kafka, topicConfig), topics);
        guard.prepare(List.of(TOPIC), List.of());
        return guard;
    }

    private static ProducerRecord<byte[], byte[]> record(int bytes) {
        return new ProducerRecord<>(TOPIC, 0, null, new byte[bytes]);
    }
}
