package org.dtssync.connectors.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dtssync.connectors.capture.CaptureFixture.change;
import static org.dtssync.connectors.capture.CaptureFixture.encoder;
import static org.dtssync.connectors.capture.CaptureFixture.row;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.dtssync.connectors.postgres.TableName;
import org.junit.jupiter.api.Test;
import org.dtssync.schemas.TopicValues;

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
                TopicValues.TEXT,
                new CaptureFixture.TextConverter(),
                new CaptureFixture.TextConverter());

        assertThat(only(encoder.encode(change("u", row(1, "a"), row(2, "b")), null))
                        .key())
                .isNull();
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

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
