package org.dtssync.connectors.capture;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.postgres.TableName;
import org.dtssync.schemas.TopicNames;
import org.dtssync.schemas.TopicValues;
import org.jspecify.annotations.Nullable;

/** Events of a task {@code t} with one table, {@code public.note (id, words)}, as a source hands them over. */
final class CaptureFixture {

    static final String TOPIC = "t.public.note";

    static final CapturedTable NOTE =
            new CapturedTable(new TableName("public", "note"), Optional.of(List.of("id")), List.of("id", "words"));

    static final Schema ROW = SchemaBuilder.struct()
            .name("t.public.note.Value")
            .field("id", Schema.INT32_SCHEMA)
            .field("words", Schema.OPTIONAL_STRING_SCHEMA)
            .optional()
            .build();

    static final Schema SOURCE = SchemaBuilder.struct()
            .field("txId", Schema.OPTIONAL_INT64_SCHEMA)
            .optional()
            .build();

    static final Schema ORDER = SchemaBuilder.struct()
            .field("id", Schema.STRING_SCHEMA)
            .field("total_order", Schema.INT64_SCHEMA)
            .field("data_collection_order", Schema.INT64_SCHEMA)
            .optional()
            .build();

    static final Schema ENVELOPE = envelope(ROW);

    private CaptureFixture() {}

    static Schema envelope(Schema row) {
        return SchemaBuilder.struct()
                .name("t.public.note.Envelope")
                .field("before", row)
                .field("after", row)
                .field("source", SOURCE)
                .field("op", Schema.STRING_SCHEMA)
                .field("transaction", ORDER)
                .build();
    }

    static CaptureSettings settings(Map<String, String> kafka, Map<String, String> topicConfig) {
        return new CaptureSettings(
                "t",
                new DatabaseSettings("jdbc:postgresql://localhost/none", "nobody", null, Map.of()),
                "slot",
                "publication",
                "test",
                List.of(NOTE),
                kafka,
                new CaptureSettings.Topics(1, -1, topicConfig),
                CaptureSettings.Limits.DEFAULT);
    }

    static TransactionAssembler assembler() {
        CaptureSettings settings = settings(Map.of(), Map.of());
        return new TransactionAssembler(
                new TopicNames("t"),
                new RecordEncoder(settings, settings.tables(), new TextConverter(), new TextConverter()),
                new MirroredTransactions(new TopicNames("t"), settings.mirrored()),
                new CommandRows(new TopicNames("t"), Optional.empty()));
    }

    static TableEncoder encoder() {
        return encoder(CaptureSettings.Extras.NONE);
    }

    static TableEncoder encoder(CaptureSettings.Extras extras) {
        return new TableEncoder(
                TOPIC,
                NOTE,
                ENVELOPE,
                new CaptureSettings.Topics(
                        1,
                        -1,
                        Map.of(),
                        CaptureSettings.TableConfig.NONE,
                        TopicValues.TEXT,
                        TopicNames.Layout.APART,
                        extras),
                new TransactionOrder(),
                new TextConverter(),
                new TextConverter());
    }

    static Struct row(int id, String words) {
        return new Struct(ROW).put("id", id).put("words", words);
    }

    static Struct change(String operation, @Nullable Struct before, @Nullable Struct after) {
        return new Struct(ENVELOPE).put("op", operation).put("before", before).put("after", after);
    }

    static RowChange insert(int id) {
        return new RowChange(TOPIC, change("c", null, row(id, "words of " + id)), RowChange.Move.NONE);
    }

    static TransactionEnd end(long lsn) {
        return new TransactionEnd(new Lsn(lsn), lsn);
    }

    /** Serializes to what a person can read, so that a test can say what it expects. */
    static final class TextConverter implements Converter {

        @Override
        public void configure(Map<String, ?> configs, boolean isKey) {}

        @Override
        public byte[] fromConnectData(String topic, Schema schema, Object value) {
            return value.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public SchemaAndValue toConnectData(String topic, byte[] value) {
            return new SchemaAndValue(Schema.STRING_SCHEMA, new String(value, StandardCharsets.UTF_8));
        }
    }
}
