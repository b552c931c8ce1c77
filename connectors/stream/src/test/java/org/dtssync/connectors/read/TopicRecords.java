package org.dtssync.connectors.read;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.avro.MemoryRegistry;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.ChangeEnvelope;
import org.dtssync.schemas.ChangeHeaders;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;

/** Records of one table as they lie in its topic, written with the real converter. For one thread. */
final class TopicRecords {

    static final TableName TABLE = new TableName("public", "orders");

    private static final String TOPIC = new TopicNames("shop").table(TABLE.schema(), TABLE.table());

    private static final Schema SOURCE = SchemaBuilder.struct()
            .name("source")
            .field(ChangeEnvelope.TRANSACTION, Schema.OPTIONAL_INT64_SCHEMA)
            .field("table", Schema.STRING_SCHEMA)
            .build();

    private final MemoryRegistry registry = new MemoryRegistry();
    private final Converter keys = converter(true);
    private final Converter values = converter(false);
    private final Schema row;
    private final Schema key;
    private final Schema envelope;
    private long offset;

    /**
     * Creates a topic.
     *
     * @param types each column's escaped name with its schema
     * @param keyColumn the column that is the key
     */
    TopicRecords(Map<String, Schema> types, String keyColumn) {
        SchemaBuilder builder = SchemaBuilder.struct().name("row").optional();
        types.forEach(builder::field);
        this.row = builder.build();
        this.key = SchemaBuilder.struct()
                .name("key")
                .field(keyColumn, types.get(keyColumn))
                .build();
        this.envelope = SchemaBuilder.struct()
                .name("envelope")
                .field(ChangeEnvelope.BEFORE, row)
                .field(ChangeEnvelope.AFTER, row)
                .field(ChangeEnvelope.SOURCE, SOURCE)
                .field(ChangeEnvelope.OPERATION, Schema.STRING_SCHEMA)
                .build();
    }

    /** Returns the schema of a column, with the parameter that names its type. */
    static Schema column(SchemaBuilder builder, String type) {
        return builder.optional().parameter(ChangeEnvelope.TYPE_PARAMETER, type).build();
    }

    private Converter converter(boolean isKey) {
        Converter converter = new AvroConverter(registry);
        converter.configure(Map.of(), isKey);
        return converter;
    }

    ChangeDecoder decoder() {
        return new ChangeDecoder(TABLE, converter(true), converter(false));
    }

    Struct row() {
        return new Struct(row);
    }

    /** Returns the bytes of a key. */
    byte[] key(Object value) {
        return keys.fromConnectData(TOPIC, key, new Struct(key).put(key.fields().get(0), value));
    }

    /** Returns a record with the next offset, whose number in its transaction is one more than that. */
    ConsumerRecord<byte[], byte[]> record(
            String operation, byte @Nullable [] key, @Nullable Struct before, @Nullable Struct after) {
        Struct source = new Struct(SOURCE).put(ChangeEnvelope.TRANSACTION, 77L).put("table", TABLE.table());
        Struct value = new Struct(envelope)
                .put(ChangeEnvelope.BEFORE, before)
                .put(ChangeEnvelope.AFTER, after)
                .put(ChangeEnvelope.SOURCE, source)
                .put(ChangeEnvelope.OPERATION, operation);
        byte[] bytes = values.fromConnectData(TOPIC, envelope, value);
        RecordHeaders headers = new RecordHeaders();
        headers.add(ChangeHeaders.NUMBER, Long.toString(offset + 1).getBytes(StandardCharsets.US_ASCII));
        return new ConsumerRecord<>(
                TOPIC,
                0,
                offset++,
                0,
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                bytes.length,
                key,
                bytes,
                headers,
                Optional.empty());
    }
}
