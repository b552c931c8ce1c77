package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.junit.jupiter.api.Test;

/** Which ends of transactions the replication slot may be confirmed up to. */
class TransactionAssemblerTest {

    private static final Schema BOUNDARY = SchemaBuilder.struct()
            .field("status", Schema.STRING_SCHEMA)
            .field("ts_ms", Schema.INT64_SCHEMA)
            .build();

    @Test
    void aTransactionWithoutChangesEndsNothingThatACutCouldHold() {
        TransactionAssembler assembler = assembler();

        assertThat(assembler.add(boundary("BEGIN"))).isFalse();
        assertThat(assembler.add(boundary("END"))).isFalse();

        assertThat(assembler.hasComplete()).isFalse();
    }

    private static TransactionAssembler assembler() {
        CaptureSettings settings = new CaptureSettings(
                "t",
                new DatabaseSettings("jdbc:postgresql://localhost/none", "nobody", null, Map.of()),
                "slot",
                "publication",
                "test",
                List.of(),
                Map.of(),
                new CaptureSettings.Topics(1, -1, Map.of()),
                CaptureSettings.Limits.DEFAULT);
        return new TransactionAssembler(
                "t",
                new RecordEncoder(settings, new AvroConverter(), new AvroConverter()),
                new MirroredTransactions("t", settings.mirrored()));
    }

    private static SourceRecord boundary(String status) {
        Struct value = new Struct(BOUNDARY).put("status", status).put("ts_ms", 0L);
        return new SourceRecord(Map.of(), Map.of("lsn_commit", 100L), "t.transaction", BOUNDARY, value);
    }
}
