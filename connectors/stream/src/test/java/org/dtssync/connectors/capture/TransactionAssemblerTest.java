package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.Test;

/** Which ends of transactions the replication slot may be confirmed up to. */
class TransactionAssemblerTest {

    @Test
    void aTransactionWithoutChangesEndsNothingThatACutCouldHold() {
        TransactionAssembler assembler = assembler();

        assertThat(assembler.add(new TransactionEnd(new Lsn(100), 0))).isFalse();

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
}
