package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.connectors.capture.CaptureFixture.assembler;
import static org.dtssync.connectors.capture.CaptureFixture.end;
import static org.dtssync.connectors.capture.CaptureFixture.insert;

import java.util.List;
import org.dtssync.connectors.postgres.Lsn;
import org.junit.jupiter.api.Test;

/** How changes become whole transactions, and how one that is too large is taken out in pieces. */
class TransactionPiecesTest {

    private final TransactionAssembler assembler = assembler();

    @Test
    void nothingIsCompleteBeforeTheEnd() {
        assertThat(assembler.add(insert(1))).isFalse();
        assertThat(assembler.hasComplete()).isFalse();
        assertThat(assembler.arrivingChanges()).isEqualTo(1);

        assertThat(assembler.add(end(100))).isTrue();

        assertThat(assembler.hasComplete()).isTrue();
        assertThat(assembler.arrivingChanges()).isZero();
        assertThat(assembler.arrivingBytes()).isZero();
    }

    @Test
    void transactionsAreHandedOverWholeAndInOrder() {
        assembler.add(insert(1));
        assembler.add(insert(2));
        assembler.add(end(100));
        assembler.add(insert(3));
        assembler.add(end(200));
        assembler.add(insert(4));

        assertThat(assembler.completeChanges()).isEqualTo(3);
        assertThat(assembler.completeTopics()).isEqualTo(1);
        List<SourceTransaction> taken = assembler.takeComplete();

        assertThat(taken).extracting(SourceTransaction::lsn).containsExactly(new Lsn(100), new Lsn(200));
        assertThat(taken)
                .extracting(transaction -> transaction.changes().size())
                .containsExactly(2, 1);
        assertThat(taken).extracting(SourceTransaction::firstNumber).containsOnly(1L);
        assertThat(taken).extracting(SourceTransaction::commitTimeMicros).containsExactly(100_000L, 200_000L);
        assertThat(assembler.hasComplete()).isFalse();
        assertThat(assembler.completeBytes()).isZero();
        assertThat(assembler.arrivingChanges()).isEqualTo(1);
    }

    @Test
    void theNumbersOfATransactionGoOnBehindEachPiece() {
        assembler.add(insert(1));
        assembler.add(insert(2));
        assertThat(assembler.arrivingNumber()).isEqualTo(1);
        assertThat(assembler.takeArriving()).hasSize(2);
        assertThat(assembler.arrivingNumber()).isEqualTo(3);
        assembler.add(insert(3));

        assertThat(assembler.add(end(100))).isTrue();

        assertThat(assembler.completedPieces()).isTrue();
        SourceTransaction last = assembler.takeComplete().get(0);
        assertThat(last.firstNumber()).isEqualTo(3);
        assertThat(last.changes()).hasSize(1);
        assertThat(assembler.arrivingNumber()).isEqualTo(1);
    }

    @Test
    void aTransactionWhoseChangesAllWentOutInPiecesStillNeedsItsCut() {
        assembler.add(insert(1));
        assembler.takeArriving();

        assertThat(assembler.add(end(100))).isTrue();

        assertThat(assembler.completedPieces()).isTrue();
        assertThat(assembler.takeComplete().get(0).changes()).isEmpty();
    }

    @Test
    void aTransactionBehindOneInPiecesIsAnOrdinaryOne() {
        assembler.add(insert(1));
        assembler.takeArriving();
        assembler.add(end(100));
        assembler.takeComplete();

        assembler.add(insert(2));
        assembler.add(end(200));

        assertThat(assembler.completedPieces()).isFalse();
        assertThat(assembler.takeComplete().get(0).firstNumber()).isEqualTo(1);
    }
}
