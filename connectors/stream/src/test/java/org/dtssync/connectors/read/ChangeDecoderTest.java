package org.dtssync.connectors.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dtssync.connectors.read.TopicRecords.column;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.dtssync.connectors.fault.SyncException;
import org.dtssync.connectors.postgres.Lsn;
import org.dtssync.connectors.read.TableChange.Operation;
import org.dtssync.schemas.ChangeHeaders;
import org.junit.jupiter.api.Test;

/** What is read from a topic is complete without any destination. */
class ChangeDecoderTest {

    private static final Lsn COMMIT = Lsn.parse("1/20");

    private final TopicRecords topic = new TopicRecords(columns(), "id");
    private final ChangeDecoder decoder = topic.decoder();

    private static Map<String, Schema> columns() {
        Map<String, Schema> columns = new LinkedHashMap<>();
        columns.put("id", column(SchemaBuilder.int64(), "int8"));
        columns.put("a_x002d_b", column(SchemaBuilder.string(), "text"));
        columns.put("picture", column(SchemaBuilder.bytes(), "bytea"));
        columns.put("paid", column(SchemaBuilder.bool(), "bool"));
        return columns;
    }

    private Struct row(long id) {
        return topic.row()
                .put("id", id)
                .put("a_x002d_b", "text")
                .put("picture", new byte[] {0, (byte) 0xff})
                .put("paid", true);
    }

    @Test
    void anInsertHasItsValuesUnderTheNamesOfTheSource() {
        TableChange change = decoder.decode(topic.record("c", topic.key(5L), null, row(5)), COMMIT);

        assertThat(change.operation()).isEqualTo(Operation.INSERT);
        assertThat(change.shape().table()).isEqualTo(TopicRecords.TABLE);
        assertThat(change.shape().columns())
                .extracting(RowShape.Column::name)
                .containsExactly("id", "a-b", "picture", "paid");
        assertThat(change.shape().columns())
                .extracting(column -> column.type().orElseThrow())
                .containsExactly("int8", "text", "bytea", "bool");
        assertThat(List.of(change.after())).extracting(ValueText::of).containsExactly("5", "text", "\\x00ff", "t");
        assertThat(change.before()).isNull();
        assertThat(change.movedFrom()).isNull();
        assertThat(change.commit()).isEqualTo(COMMIT);
        assertThat(change.number()).isEqualTo(1);
        assertThat(change.transaction()).isEqualTo(77);
    }

    @Test
    void valuesThatWereNotSentAreMarkedWhateverStandsInTheirPlace() {
        ConsumerRecord<byte[], byte[]> record = topic.record("u", topic.key(5L), null, row(5));
        record.headers().add(ChangeHeaders.UNCHANGED, "a_x002d_b,picture".getBytes(StandardCharsets.US_ASCII));

        TableChange change = decoder.decode(record, COMMIT);

        assertThat(change.operation()).isEqualTo(Operation.UPDATE);
        assertThat(change.before()).isNull();
        assertThat(change.after()).containsExactly(5L, TableChange.UNCHANGED, TableChange.UNCHANGED, true);
    }

    @Test
    void aRowThatMovesNamesTheKeyItHad() {
        ConsumerRecord<byte[], byte[]> record = topic.record("c", topic.key(6L), null, row(6));
        record.headers().add(ChangeHeaders.OLD_KEY, topic.key(5L));

        TableChange change = decoder.decode(record, COMMIT);

        assertThat(change.movedFrom()).isNotNull();
        assertThat(change.movedFrom().columns()).containsExactly("id");
        assertThat(change.movedFrom().values()).containsExactly(5L);
        assertThat(new ReceivedChange(record, COMMIT, decoder).completesMove()).isTrue();
    }

    @Test
    void anUpdateHasTheRowBeforeItWhereThatWasSentAndMustWithoutAKey() {
        TableChange change = decoder.decode(topic.record("u", null, row(5), row(6)), COMMIT);

        assertThat(change.before()).startsWith(5L);
        assertThat(change.after()).startsWith(6L);
        assertThat(decoder.decode(topic.record("u", topic.key(6L), row(6), row(6)), COMMIT)
                        .before())
                .startsWith(6L);
        assertThatThrownBy(() -> decoder.decode(topic.record("u", null, null, row(6)), COMMIT))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("A record of table public.orders has no row.");
    }

    @Test
    void aDeleteHasTheKeyAndATruncateHasNothing() {
        TableChange delete =
                decoder.decode(topic.record("d", topic.key(5L), topic.row().put("id", 5L), null), COMMIT);
        TableChange truncate = decoder.decode(topic.record("t", null, null, null), COMMIT);

        assertThat(delete.operation()).isEqualTo(Operation.DELETE);
        assertThat(delete.before()).containsExactly(5L, null, null, null);
        assertThat(delete.after()).isNull();
        assertThat(truncate.operation()).isEqualTo(Operation.TRUNCATE);
        assertThat(truncate.before()).isNull();
        assertThat(truncate.after()).isNull();
        assertThat(truncate.number()).isEqualTo(2);
        assertThat(truncate.shape()).isSameAs(delete.shape());
    }

    @Test
    void aRecordOfSomethingElseIsRefused() {
        assertThatThrownBy(() -> decoder.decode(topic.record("m", null, null, row(5)), COMMIT))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("unknown operation m at offset 0");
        ConsumerRecord<byte[], byte[]> other = topic.record("u", topic.key(5L), null, row(5));
        other.headers().add(ChangeHeaders.UNCHANGED, "nothing".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> decoder.decode(other, COMMIT))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("names the column nothing");
        ConsumerRecord<byte[], byte[]> unnumbered = topic.record("u", topic.key(5L), null, row(5));
        unnumbered.headers().remove(ChangeHeaders.NUMBER);
        assertThatThrownBy(() -> decoder.decode(unnumbered, COMMIT))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("without a number at offset 2");
    }
}
