package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.connectors.capture.CaptureFixture.change;
import static org.dtssync.connectors.capture.CaptureFixture.encoder;
import static org.dtssync.connectors.capture.CaptureFixture.row;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.postgres.TableName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys come from the replica identity, an update that changes one becomes two records, and what was not sent is named. */
class TableEncoderTest {

    @Test
    void anInsertHasTheKeyOfItsRow() {
        EncodedChange change = only(encoder().encode(change("c", null, row(1, "a")), null));

        assertThat(text(change.key())).isEqualTo("Struct{id=1}");
        assertThat(text(change.value())).contains("op=c");
        assertThat(change.oldKey()).isNull();
        assertThat(change.unchanged()).isNull();
    }

    @Test
    void aDeleteHasTheKeyOfTheRowBefore() {
        EncodedChange change = only(encoder().encode(change("d", row(2, "a"), null), null));

        assertThat(text(change.key())).isEqualTo("Struct{id=2}");
        assertThat(text(change.value())).contains("op=d");
    }

    @Test
    void anUpdateThatKeepsTheKeyIsOneRecord() {
        EncodedChange change = only(encoder().encode(change("u", row(1, "a"), row(1, "b")), null));

        assertThat(text(change.key())).isEqualTo("Struct{id=1}");
        assertThat(text(change.value())).contains("op=u");
    }

    @Test
    void anUpdateThatChangesTheKeyIsADeleteAndACreateThatKnowsTheOldKey() {
        List<EncodedChange> changes = encoder().encode(change("u", row(1, "a"), row(2, "b")), null);

        assertThat(changes).hasSize(2);
        assertThat(text(changes.get(0).key())).isEqualTo("Struct{id=1}");
        assertThat(text(changes.get(0).value())).contains("op=d").doesNotContain("after=");
        assertThat(text(changes.get(1).key())).isEqualTo("Struct{id=2}");
        assertThat(text(changes.get(1).value())).contains("op=c").doesNotContain("before=");
        assertThat(text(changes.get(1).oldKey())).isEqualTo("Struct{id=1}");
    }

    @Test
    void theSecondHalfOfAMoveKnowsTheOldKeyAndMayLackValues() {
        EncodedChange change = only(encoder().encode(change("c", null, row(2, Unchanged.TEXT)), row(1, "a")));

        assertThat(text(change.oldKey())).isEqualTo("Struct{id=1}");
        assertThat(text(change.unchanged())).isEqualTo("words");
    }

    @Test
    void aValueThatWasNotSentIsNamedAndOneThatLooksLikeItIsNot() {
        EncodedChange omitted = only(encoder().encode(change("u", null, row(1, Unchanged.TEXT)), null));
        EncodedChange same =
                only(encoder().encode(change("u", null, row(1, String.valueOf(Unchanged.TEXT.toCharArray()))), null));

        assertThat(text(omitted.unchanged())).isEqualTo("words");
        assertThat(same.unchanged()).isNull();
    }

    @Test
    void aValueThatWasReadIsInTheRecordAndNotKeptInTheEvent() {
        Struct change = change("u", null, row(1, Unchanged.TEXT));

        EncodedChange encoded = only(encoder().encode(change, null, (table, envelope, row, key) -> {
            Field words = row.schema().field("words");
            row.put(words, "as the source has it");
            return List.of(words);
        }));

        assertThat(text(encoded.value())).contains("words=as the source has it");
        assertThat(text(encoded.unchanged())).isEqualTo("words");
        assertThat(change.getStruct("after").get("words")).isSameAs(Unchanged.TEXT);
    }

    @Test
    void aTruncationHasNoKey() {
        EncodedChange change = only(encoder().encode(change("t", null, null), null));

        assertThat(change.key()).isNull();
    }

    @Test
    void aTableWithoutAKeySendsNone() {
        CapturedTable keyless =
                new CapturedTable(new TableName("public", "note"), Optional.empty(), List.of("id", "words"));
        TableEncoder encoder = new TableEncoder(
                CaptureFixture.TOPIC,
                keyless,
                CaptureFixture.ENVELOPE,
                new CaptureSettings.Topics(1, -1, Map.of()),
                new TransactionOrder(),
                new CaptureFixture.TextConverter(),
                new CaptureFixture.TextConverter());

        assertThat(only(encoder.encode(change("u", row(1, "a"), row(2, "b")), null))
                        .key())
                .isNull();
    }

    @Test
    void aTombstoneFollowsADeleteAndTheFirstHalfOfAMove() {
        TableEncoder encoder = CaptureFixture.encoder(new CaptureSettings.Extras(true, false, false));

        List<EncodedChange> deleted = encoder.encode(change("d", row(1, "a"), null), null);
        List<EncodedChange> moved = encoder.encode(change("u", row(1, "a"), row(2, "b")), null);

        assertThat(deleted).extracting(EncodedChange::value).last().isNull();
        assertThat(deleted).extracting(each -> text(each.key())).containsExactly("Struct{id=1}", "Struct{id=1}");
        assertThat(moved)
                .extracting(each -> text(each.key()))
                .containsExactly("Struct{id=1}", "Struct{id=1}", "Struct{id=2}");
        assertThat(moved.get(1).value()).isNull();
        assertThat(moved.get(1).size()).isPositive();
    }

    @Test
    void eachChangeSaysWhereItIsInItsTransaction() {
        TransactionOrder order = new TransactionOrder();
        Struct change =
                change("u", null, row(1, "a")).put("source", new Struct(CaptureFixture.SOURCE).put("txId", 77L));

        assertThat(order.next(CaptureFixture.ORDER, "t.a", change).toString())
                .isEqualTo("Struct{id=77,total_order=1,data_collection_order=1}");
        order.next(CaptureFixture.ORDER, "t.b", change);
        assertThat(order.next(CaptureFixture.ORDER, "t.b", change).toString())
                .isEqualTo("Struct{id=77,total_order=3,data_collection_order=2}");
        order.begin();
        TableEncoder encoder = CaptureFixture.encoder(new CaptureSettings.Extras(false, true, false));
        assertThat(text(only(encoder.encode(change, null)).value()))
                .contains("transaction=Struct{id=77,total_order=1,data_collection_order=1}");
    }

    @Test
    void itIsForOneSchemaObjectOnly() {
        assertThat(encoder().isFor(CaptureFixture.ENVELOPE)).isTrue();
        assertThat(encoder().isFor(CaptureFixture.envelope(CaptureFixture.ROW))).isFalse();
    }

    private static EncodedChange only(List<EncodedChange> changes) {
        assertThat(changes).hasSize(1);
        return changes.get(0);
    }

    private static String text(byte @Nullable [] bytes) {
        assertThat(bytes).isNotNull();
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
