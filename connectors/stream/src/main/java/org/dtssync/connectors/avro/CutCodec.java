package org.dtssync.connectors.avro;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.dtssync.connectors.fault.FaultKind;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.schemas.Cut;
import org.dtssync.schemas.Cut.CutPartition;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the cuts of one task in Confluent's wire format. A cut that an older or newer version wrote is read by Avro's
 * schema resolution. Thread-safe.
 */
public final class CutCodec {

    private final SchemaRegistry registry;
    private final OwnSubjects ownSubjects;
    private final String topic;
    private final Schema schema;
    private final Schema partitionSchema;
    private final Schema recordsSchema;
    private final Schema linkSchema;
    private final Map<Integer, Schema> writers = new ConcurrentHashMap<>();
    private volatile @Nullable Integer registered;

    /**
     * Creates the codec of a task's cuts.
     *
     * @param registry where the cut's schema is registered
     * @param names the task's topics
     */
    public CutCodec(SchemaRegistry registry, TopicNames names) {
        this.registry = registry;
        this.ownSubjects = new OwnSubjects(registry);
        this.topic = names.cuts();
        this.schema = load();
        this.partitionSchema = schema.getField("partitions").schema().getElementType();
        this.recordsSchema = present(partitionSchema.getField("records").schema());
        this.linkSchema = present(schema.getField("link").schema());
    }

    /** Returns the type of an optional field where it is set. */
    private static Schema present(Schema optional) {
        return optional.getTypes().get(1);
    }

    private static Schema load() {
        try (InputStream stream = Cut.class.getResourceAsStream("cut.avsc")) {
            return new Schema.Parser().parse(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the bytes of a cut, registering its schema the first time. */
    public byte[] encode(Cut cut) {
        if (registered == null) {
            registered = ownSubjects.register(topic + "-value", schema);
        }
        AvroOutput header = new AvroOutput();
        header.begin(registered);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header.toBytes());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<GenericRecord>(schema).write(toRecord(cut), encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Returns the cut these bytes hold. */
    public Cut decode(byte[] bytes) {
        Schema writer = writers.computeIfAbsent(WireFormat.schemaId(topic, bytes), registry::schemaById);
        BinaryDecoder decoder = DecoderFactory.get()
                .binaryDecoder(bytes, WireFormat.HEADER_BYTES, bytes.length - WireFormat.HEADER_BYTES, null);
        try {
            return toCut(new GenericDatumReader<GenericRecord>(writer, schema).read(null, decoder));
        } catch (IOException | AvroRuntimeException e) {
            throw new SyncException(
                    FaultKind.DATA,
                    "A record of topic " + topic + " is not a cut.",
                    "Check that the registry is the one the topic was written with and that nothing else writes to the topic.",
                    e);
        }
    }

    private GenericRecord toRecord(Cut cut) {
        GenericRecord record = new GenericData.Record(schema);
        record.put("task", cut.task());
        record.put("sequence", cut.sequence());
        record.put("lsn", cut.lsn());
        record.put("commitTimeMicros", cut.commitTimeMicros());
        record.put("systemIdentifier", cut.systemIdentifier());
        record.put("slot", cut.slot());
        record.put("transactions", cut.transactions());
        record.put("changes", cut.changes());
        List<GenericRecord> partitions = new ArrayList<>();
        for (CutPartition each : cut.partitions()) {
            GenericRecord partition = new GenericData.Record(partitionSchema);
            partition.put("topic", each.topic());
            partition.put("partition", each.partition());
            partition.put("firstOffset", each.firstOffset());
            partition.put("endOffset", each.endOffset());
            partition.put("topicId", each.topicId());
            partition.put("records", toRecord(each.records()));
            partitions.add(partition);
        }
        record.put("partitions", partitions);
        record.put("link", toRecord(cut.link()));
        return record;
    }

    private @Nullable GenericRecord toRecord(Cut.@Nullable Records records) {
        if (records == null) {
            return null;
        }
        GenericRecord record = new GenericData.Record(recordsSchema);
        record.put("count", records.count());
        record.put("digest", toBytes(records.digest()));
        record.put("marks", toBytes(records.marks()));
        return record;
    }

    private @Nullable GenericRecord toRecord(Cut.@Nullable Link link) {
        if (link == null) {
            return null;
        }
        GenericRecord record = new GenericData.Record(linkSchema);
        record.put("previous", link.previous() == null ? null : toBytes(link.previous()));
        record.put("digest", toBytes(link.digest()));
        return record;
    }

    private static ByteBuffer toBytes(String hexadecimal) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hexadecimal));
    }

    private static Cut toCut(GenericRecord record) {
        List<CutPartition> partitions = new ArrayList<>();
        for (Object each : (List<?>) record.get("partitions")) {
            GenericRecord partition = (GenericRecord) each;
            partitions.add(new CutPartition(
                    partition.get("topic").toString(),
                    (Integer) partition.get("partition"),
                    (Long) partition.get("firstOffset"),
                    (Long) partition.get("endOffset"),
                    Objects.toString(partition.get("topicId"), null),
                    toRecords((GenericRecord) partition.get("records"))));
        }
        return new Cut(
                record.get("task").toString(),
                (Long) record.get("sequence"),
                (Long) record.get("lsn"),
                (Long) record.get("commitTimeMicros"),
                record.get("systemIdentifier").toString(),
                record.get("slot").toString(),
                (Integer) record.get("transactions"),
                (Long) record.get("changes"),
                partitions,
                toLink((GenericRecord) record.get("link")));
    }

    private static Cut.@Nullable Records toRecords(@Nullable GenericRecord record) {
        return record == null
                ? null
                : new Cut.Records(
                        (Long) record.get("count"), toText(record.get("digest")), toText(record.get("marks")));
    }

    private static Cut.@Nullable Link toLink(@Nullable GenericRecord record) {
        if (record == null) {
            return null;
        }
        Object previous = record.get("previous");
        return new Cut.Link(previous == null ? null : toText(previous), toText(record.get("digest")));
    }

    private static String toText(Object bytes) {
        ByteBuffer buffer = ((ByteBuffer) bytes).duplicate();
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
