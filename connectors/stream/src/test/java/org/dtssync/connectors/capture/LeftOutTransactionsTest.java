package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.connectors.capture.CaptureFixture.end;
import static org.dtssync.connectors.capture.CaptureFixture.insert;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.schemas.StateMigrations;
import org.dtssync.schemas.TopicNames;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What would go round forever, or belongs to another task, is in no cut. */
class LeftOutTransactionsTest {

    private static final Schema POSITION = SchemaBuilder.struct()
            .field("task", Schema.STRING_SCHEMA)
            .field("mirror_of", Schema.OPTIONAL_STRING_SCHEMA)
            .optional()
            .build();

    private static final Schema BEAT = SchemaBuilder.struct()
            .field("task", Schema.STRING_SCHEMA)
            .optional()
            .build();

    @Test
    void aTransactionThatBeginsWithThePositionOfTheMirrorIsLeftOut() {
        MirroredTransactions mirrored = new MirroredTransactions(new TopicNames("t"), Optional.of("other"));

        assertThat(mirrored.leavesOut(position("other", null))).isTrue();
        assertThat(mirrored.leavesOut(insert(1))).isTrue();
        mirrored.begin();
        assertThat(mirrored.leavesOut(insert(2))).isFalse();
    }

    @Test
    void aTransactionOfATaskThatNamesThisOneAsItsMirrorIsLeftOut() {
        MirroredTransactions mirrored = new MirroredTransactions(new TopicNames("t"), Optional.empty());

        assertThat(mirrored.leavesOut(position("stranger", "t"))).isTrue();
        assertThat(mirrored.leavesOut(insert(1))).isTrue();
    }

    @Test
    void ofAnyOtherTransactionOnlyThePositionRowIs() {
        MirroredTransactions mirrored = new MirroredTransactions(new TopicNames("t"), Optional.of("other"));

        assertThat(mirrored.leavesOut(position("stranger", null))).isTrue();
        assertThat(mirrored.leavesOut(insert(1))).isFalse();
    }

    @Test
    void aPositionRowInTheMiddleDoesNotMakeATransactionTheMirrors() {
        MirroredTransactions mirrored = new MirroredTransactions(new TopicNames("t"), Optional.of("other"));

        assertThat(mirrored.leavesOut(insert(1))).isFalse();
        assertThat(mirrored.leavesOut(position("other", null))).isTrue();
        assertThat(mirrored.leavesOut(insert(2))).isFalse();
    }

    @Test
    void heartbeatsOfOtherTasksAreLeftOutAndOwnOnesAreNot() {
        OtherHeartbeats others = new OtherHeartbeats(new TopicNames("t"));

        assertThat(others.leavesOut(beat("other"))).isTrue();
        assertThat(others.leavesOut(beat("t"))).isFalse();
        assertThat(others.leavesOut(insert(1))).isFalse();
    }

    @Test
    void aTransactionOfWhichNothingRemainsEndsInNoCut() {
        TransactionAssembler assembler = new TransactionAssembler(
                new TopicNames("t"),
                new RecordEncoder(
                        CaptureFixture.settings(Map.of(), Map.of()),
                        CaptureFixture.settings(Map.of(), Map.of()).tables(),
                        new CaptureFixture.TextConverter(),
                        new CaptureFixture.TextConverter()),
                new MirroredTransactions(new TopicNames("t"), Optional.of("other")),
                new CommandRows(new TopicNames("t"), Optional.empty()));
        assembler.add(position("other", null));
        assembler.add(insert(1));

        assertThat(assembler.add(end(100))).isFalse();
        assertThat(assembler.hasComplete()).isFalse();
    }

    private static RowChange position(String task, @Nullable String mirrorOf) {
        return change("apply_position", new Struct(POSITION).put("task", task).put("mirror_of", mirrorOf));
    }

    private static RowChange beat(String task) {
        return change("heartbeat", new Struct(BEAT).put("task", task));
    }

    private static RowChange change(String table, Struct row) {
        Schema envelope = CaptureFixture.envelope(row.schema());
        String topic = new TopicNames("t").table(StateMigrations.SCHEMA, table);
        return new RowChange(topic, new Struct(envelope).put("op", "u").put("after", row), RowChange.Move.NONE);
    }
}
