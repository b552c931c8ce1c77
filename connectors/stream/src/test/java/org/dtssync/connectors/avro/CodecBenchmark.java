package org.dtssync.connectors.avro;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Measures how long one envelope with 12 columns takes in each direction. Run by {@code scripts/bench micro}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {

    private static final String TOPIC = "shop.public.orders";
    private static final int RECORDS = 1_000;

    private final AvroConverter converter = new AvroConverter(new MemoryRegistry());
    private final Schema envelope;
    private final List<Struct> structs = new ArrayList<>();
    private final List<byte[]> records = new ArrayList<>();
    private int next;

    /** Makes the records. */
    public CodecBenchmark() {
        converter.configure(Map.of(), false);
        Schema row = row();
        envelope = envelope(row);
        Random random = new Random(1);
        for (int i = 0; i < RECORDS; i++) {
            Struct struct = record(row, envelope, i, random);
            structs.add(struct);
            records.add(converter.fromConnectData(TOPIC, envelope, struct));
        }
    }

    /** Connect's struct to Avro. */
    @Benchmark
    public byte @Nullable [] encode() {
        next = (next + 1) % RECORDS;
        return converter.fromConnectData(TOPIC, envelope, structs.get(next));
    }

    /** Avro to Connect's struct. */
    @Benchmark
    public Object decode() {
        next = (next + 1) % RECORDS;
        return converter.toConnectData(TOPIC, records.get(next));
    }

    private static Schema row() {
        return SchemaBuilder.struct()
                .name("shop.public.orders.Value")
                .field("id", Schema.INT64_SCHEMA)
                .field("customer", Schema.INT64_SCHEMA)
                .field("status", Schema.STRING_SCHEMA)
                .field("note", Schema.OPTIONAL_STRING_SCHEMA)
                .field("total", Schema.OPTIONAL_STRING_SCHEMA)
                .field("created", Schema.OPTIONAL_INT64_SCHEMA)
                .field("changed", Schema.OPTIONAL_INT64_SCHEMA)
                .field("paid", Schema.BOOLEAN_SCHEMA)
                .field("weight", Schema.OPTIONAL_FLOAT64_SCHEMA)
                .field("items", Schema.INT32_SCHEMA)
                .field("kind", Schema.OPTIONAL_INT16_SCHEMA)
                .field("address", Schema.OPTIONAL_STRING_SCHEMA)
                .optional()
                .build();
    }

    private static Schema envelope(Schema row) {
        Schema source = SchemaBuilder.struct()
                .name("io.debezium.connector.postgresql.Source")
                .field("version", Schema.STRING_SCHEMA)
                .field("connector", Schema.STRING_SCHEMA)
                .field("name", Schema.STRING_SCHEMA)
                .field("ts_ms", Schema.INT64_SCHEMA)
                .field(
                        "snapshot",
                        SchemaBuilder.string().optional().defaultValue("false").build())
                .field("db", Schema.STRING_SCHEMA)
                .field("sequence", Schema.OPTIONAL_STRING_SCHEMA)
                .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
                .field("ts_ns", Schema.OPTIONAL_INT64_SCHEMA)
                .field("schema", Schema.STRING_SCHEMA)
                .field("table", Schema.STRING_SCHEMA)
                .field("txId", Schema.OPTIONAL_INT64_SCHEMA)
                .field("lsn", Schema.OPTIONAL_INT64_SCHEMA)
                .field("xmin", Schema.OPTIONAL_INT64_SCHEMA)
                .build();
        return SchemaBuilder.struct()
                .name("shop.public.orders.Envelope")
                .version(2)
                .field("before", row)
                .field("after", row)
                .field("source", source)
                .field("op", Schema.STRING_SCHEMA)
                .field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA)
                .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA)
                .field("ts_ns", Schema.OPTIONAL_INT64_SCHEMA)
                .build();
    }

    private static Struct record(Schema row, Schema envelope, int number, Random random) {
        Struct after = new Struct(row)
                .put("id", (long) number)
                .put("customer", random.nextLong(1_000_000))
                .put("status", random.nextBoolean() ? "shipped" : "open")
                .put("note", "a note of some length for order " + random.nextInt(1_000_000))
                .put("total", random.nextInt(100_000) + ".95")
                .put("created", 1_790_000_000_000_000L + random.nextInt())
                .put("changed", 1_790_000_000_000_000L + random.nextInt())
                .put("paid", random.nextBoolean())
                .put("weight", random.nextDouble())
                .put("items", random.nextInt(50))
                .put("kind", (short) random.nextInt(9))
                .put("address", random.nextInt(5) == 0 ? null : "Straße des 17. Juni " + random.nextInt(200));
        long time = 1_790_000_000_000L + number;
        Struct source = new Struct(envelope.field("source").schema())
                .put("version", "3.6.1.Final")
                .put("connector", "postgresql")
                .put("name", "shop")
                .put("ts_ms", time)
                .put("db", "shop")
                .put("sequence", "[\"" + (26_000_000L + number) + "\",\"" + (26_000_100L + number) + "\"]")
                .put("ts_us", time * 1_000)
                .put("ts_ns", time * 1_000_000)
                .put("schema", "public")
                .put("table", "orders")
                .put("txId", 700L + number)
                .put("lsn", 26_000_000L + number);
        return new Struct(envelope)
                .put("after", after)
                .put("source", source)
                .put("op", "c")
                .put("ts_ms", time + 5)
                .put("ts_us", time * 1_000 + 5_000)
                .put("ts_ns", time * 1_000_000 + 5_000_000);
    }
}
