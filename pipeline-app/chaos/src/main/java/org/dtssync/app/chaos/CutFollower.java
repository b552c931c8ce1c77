package org.dtssync.app.chaos;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.CutCodec;
import org.dtssync.connectors.kafka.PartitionOffsets;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.TopicNames;

/** Reads what a capture wrote as any reader may: committed records only, cut after cut. Not thread-safe. */
final class CutFollower {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final CaptureProcess capture;
    private final Converter converter;
    private final CutCodec codec;
    private final TopicNames names;

    CutFollower(CaptureProcess capture) {
        this.capture = capture;
        this.converter = capture.converter();
        this.codec = capture.codec();
        this.names = new TopicNames(capture.task());
    }

    /** A change with its place in the source's order. */
    private record Numbered(Lsn commit, long number, String line) {}

    /** Returns every change that is in a cut so far, in the source's order. */
    List<String> changes() {
        List<String> lines = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            for (Cut cut : cuts(consumer)) {
                lines.addAll(changes(consumer, cut));
            }
        }
        return lines;
    }

    private List<Cut> cuts(KafkaConsumer<byte[], byte[]> consumer) {
        TopicPartition partition = new TopicPartition(names.cuts(), 0);
        consumer.assign(List.of(partition));
        long end = PartitionOffsets.end(consumer, partition);
        List<Cut> cuts = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records(consumer, partition, 0, end)) {
            Cut cut = codec.decode(record.value());
            if (cut.sequence() != cuts.size()) {
                throw new ChaosException("Cut " + cut.sequence() + " follows cut " + (cuts.size() - 1) + ".");
            }
            cuts.add(cut);
        }
        return cuts;
    }

    private List<String> changes(KafkaConsumer<byte[], byte[]> consumer, Cut cut) {
        List<Numbered> all = new ArrayList<>();
        for (Cut.CutPartition part : cut.partitions()) {
            TopicPartition partition = new TopicPartition(part.topic(), part.partition());
            consumer.assign(List.of(partition));
            for (ConsumerRecord<byte[], byte[]> record :
                    records(consumer, partition, part.firstOffset(), part.endOffset())) {
                all.add(numbered(record, cut));
            }
        }
        if (all.size() != cut.changes()) {
            throw new ChaosException("Cut " + cut.sequence() + " says it has " + cut.changes() + " changes, but "
                    + all.size() + " lie in its stretches.");
        }
        all.sort(Comparator.comparing(Numbered::commit).thenComparing(Numbered::number));
        return all.stream().map(Numbered::line).toList();
    }

    private Numbered numbered(ConsumerRecord<byte[], byte[]> record, Cut cut) {
        Struct value =
                (Struct) converter.toConnectData(record.topic(), record.value()).value();
        String operation = value.getString("op");
        Struct row = value.getStruct(operation.equals("d") ? "before" : "after");
        Header commit = record.headers().lastHeader(ChangeHeaders.COMMIT_LSN);
        return new Numbered(
                commit == null ? new Lsn(cut.lsn()) : Lsn.parse(text(commit)),
                Long.parseLong(text(record.headers().lastHeader(ChangeHeaders.NUMBER))),
                Scribe.line(
                        operation,
                        names.tableOf(record.topic()).table(),
                        row.get("id"),
                        operation.equals("d") ? null : row.get("note")));
    }

    private static String text(Header header) {
        return new String(header.value(), StandardCharsets.US_ASCII);
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long first, long end) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        consumer.seek(partition, first);
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                if (record.offset() < end) {
                    records.add(record);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new ChaosException(partition + " did not deliver its records up to offset " + end + ".");
            }
        }
        return records;
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Properties properties = new Properties();
        capture.kafka().forEach(properties::setProperty);
        properties.setProperty("isolation.level", "read_committed");
        properties.setProperty("enable.auto.commit", "false");
        properties.setProperty("auto.offset.reset", "none");
        properties.setProperty("fetch.max.wait.ms", "20");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
