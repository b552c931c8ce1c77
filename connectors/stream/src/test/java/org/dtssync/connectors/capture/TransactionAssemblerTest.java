package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dtssync.connectors.avro.AvroConverter;
import org.dtssync.connectors.postgres.DatabaseSettings;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.schemas.TopicNames;
import org.junit.jupiter.api.Test;

/** Which ends of transactions the replication slot may be confirmed up to. */
class TransactionAssemblerTest {

    @Test
    void aTransactionWithoutChangesEndsNothingThatACutCouldHold() {
        TransactionAssembler assembler = assembler();

        assertThat(assembler.add(new TransactionEnd(new Lsn(100), 0))).isFalse();

        assertThat(assembler.hasComplete()).isFalse();
    }

    @Test
    void aChangeThatTheSourceCountedAndThatDidNotArriveIsAFault() {
        TransactionAssembler assembler = CaptureFixture.assembler();
        assembler.add(CaptureFixture.insert(1));

        assertThatThrownBy(() -> assembler.add(new TransactionEnd(new Lsn(100), 0, OptionalLong.of(2))))
                .hasMessageContaining("2 changes were sent, 1 arrived");
    }

    @Test
    void everyChangeIsInACutOrLeftOutByARule() {
        TransactionAssembler assembler = CaptureFixture.assembler();
        assembler.add(CaptureFixture.insert(1));
        assembler.takeArriving();
        assembler.add(CaptureFixture.insert(2));

        assertThat(assembler.add(new TransactionEnd(new Lsn(100), 0, OptionalLong.of(2))))
                .isTrue();
        assertThat(assembler.count().inCuts()).isEqualTo(2);
        assertThat(assembler.count().leftOut()).isEmpty();
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
                new TopicNames("t"),
                new RecordEncoder(settings, settings.tables(), new AvroConverter(), new AvroConverter()),
                new MirroredTransactions(new TopicNames("t"), settings.mirrored()),
                new CommandRows(new TopicNames("t"), Optional.empty()));
    }
}
