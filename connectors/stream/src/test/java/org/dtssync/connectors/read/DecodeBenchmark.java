package org.dtssync.connectors.read;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.ChangeEnvelope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures how long a record with eight columns takes to become a change. Run by {@code scripts/bench micro}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecodeBenchmark {

    private static final int RECORDS = 1_000;

    private final TopicRecords topic = new TopicRecords(columns(), "id");
    private final ChangeDecoder decoder = topic.decoder();
    private final Lsn commit = Lsn.parse("1/20");
    private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private int next;

    /** Makes the records. */
    public DecodeBenchmark() {
        for (int i = 0; i < RECORDS; i++) {
            String operation = i % 2 == 0 ? ChangeEnvelope.CREATE : ChangeEnvelope.UPDATE;
            records.add(topic.record(operation, topic.key((long) i), null, row(i)));
        }
    }

    /** From a record to the change it holds. */
    @Benchmark
    public Object decode() {
        next = (next + 1) % RECORDS;
        return decoder.decode(records.get(next), commit);
    }

    private static Map<String, Schema> columns() {
        Map<String, Schema> columns = new LinkedHashMap<>();
        columns.put("id", TopicRecords.column(SchemaBuilder.int64(), "int8"));
        columns.put("customer", TopicRecords.column(SchemaBuilder.int64(), "int8"));
        columns.put("status", TopicRecords.column(SchemaBuilder.string(), "text"));
        columns.put("note", TopicRecords.column(SchemaBuilder.string(), "text"));
        columns.put("total", TopicRecords.column(SchemaBuilder.string(), "numeric"));
        columns.put("created", TopicRecords.column(SchemaBuilder.string(), "timestamptz"));
        columns.put("paid", TopicRecords.column(SchemaBuilder.bool(), "bool"));
        columns.put("items", TopicRecords.column(SchemaBuilder.int32(), "int4"));
        return columns;
    }

    private Struct row(int number) {
        return topic.row()
                .put("id", (long) number)
                .put("customer", number * 31L)
                .put("status", number % 3 == 0 ? "shipped" : "open")
                .put("note", "a note of some length for order " + number)
                .put("total", number + ".95")
                .put("created", "2026-05-01 12:00:00." + (100_000 + number) + "+00")
                .put("paid", number % 5 == 0)
                .put("items", number % 50);
    }
}
