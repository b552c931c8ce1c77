package org.dtssync.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.dtssync.connectors.kafka.RecordLimits.Limit;
import org.dtssync.connectors.kafka.RecordLimits.Place;
import org.junit.jupiter.api.Test;

/** Which limit refuses a record, and what to set so that it passes. */
class RecordLimitsTest {

    @Test
    void withoutSettingsEachPlaceHasDtsSyncsDefault() {
        RecordLimits limits = RecordLimits.of(Map.of(), Map.of(), OptionalLong.empty());

        assertThat(limits.smallest().bytes()).isEqualTo(64L << 20);
        assertThat(limits.refusing(64L << 20)).isEmpty();
        assertThat(limits.refusing((64L << 20) + 1)).isPresent();
    }

    @Test
    void theSmallestLimitRefusesFirst() {
        RecordLimits limits = RecordLimits.of(
                Map.of("max.request.size", "3000"), Map.of("max.message.bytes", "2000"), OptionalLong.of(4000));

        assertThat(limits.refusing(2_001)).contains(new Limit(Place.TOPIC, "max.message.bytes", 2000));
        assertThat(limits.withoutPlace(Place.TOPIC).refusing(3_001))
                .contains(new Limit(Place.KAFKA, "max.request.size", 3000));
        assertThat(limits.bytes(Place.BROKER)).isEqualTo(4000);
    }

    @Test
    void whatIsNoNumberIsLeftToKafka() {
        assertThat(RecordLimits.topicBytes(Map.of("max.message.bytes", "much"))).isEqualTo(64L << 20);
    }

    @Test
    void theRemedyNamesEachSettingThatIsTooSmallWhereItBelongs() {
        RecordLimits limits = RecordLimits.of(
                Map.of("max.request.size", "1000", "buffer.memory", "1000"),
                Map.of("max.message.bytes", "1000"),
                OptionalLong.of(1000));

        assertThat(limits.remedy(2000)).isEqualTo("""
                kafka: { max.request.size: 16777216, buffer.memory: 16777216 }
                topics: { config: { max.message.bytes: 16777216 } }
                socket.request.max.bytes=16777216 -- in the brokers' server.properties""");
        assertThat(RecordLimits.of(Map.of(), Map.of(), OptionalLong.empty()).remedy(2000))
                .isEmpty();
    }

    @Test
    void sizesAreForPeople() {
        assertThat(RecordLimits.text(1023)).isEqualTo("1023 bytes");
        assertThat(RecordLimits.text(1024)).isEqualTo("1.0 kB");
        assertThat(RecordLimits.text(1536L << 10)).isEqualTo("1.5 MB");
        assertThat(RecordLimits.text(2048L << 30)).isEqualTo("2048.0 GB");
    }
}
